using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Encrypted guest memory.</summary>
internal static class LaunchSecurityArguments
{
    /// <summary>QEMU's name of the object that the machine refers to.</summary>
    public const string Id = "lsec0";

    /// <summary>Adds the object.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        if (config.LaunchSecurity is not { } security)
        {
            return;
        }

        arguments.Add("-object", security.Type switch
        {
            LaunchSecurityType.Sev => OptionJson.Object("sev-guest", Id).Number("cbitpos", security.Cbitpos).Number("reduced-phys-bits", security.ReducedPhysBits)
                .Number("policy", security.Policy).Text("dh-cert-file", security.DhCert is null ? null : context.File(LaunchSecurityFiles.Certificate))
                .Text("session-file", security.Session is null ? null : context.File(LaunchSecurityFiles.Session)).Flag("kernel-hashes", security.KernelHashes),
            LaunchSecurityType.SevSnp => OptionJson.Object("sev-snp-guest", Id).Number("cbitpos", security.Cbitpos).Number("reduced-phys-bits", security.ReducedPhysBits)
                .Number("policy", security.Policy).Text("guest-visible-workarounds", security.GuestVisibleWorkarounds).Text("id-block", security.IdBlock).Text("id-auth", security.IdAuth)
                .Text("host-data", security.HostData).Flag("kernel-hashes", security.KernelHashes).Flag("author-key-enabled", security.AuthorKey).Flag("vcek-disabled", security.Vcek == false ? true : null),
            LaunchSecurityType.S390Pv => OptionJson.Object("s390-pv-guest", Id),
            _ => throw Unsupported.Element($"<launchSecurity type='{security.Type?.ToXmlName()}'>"),
        });
    }
}
