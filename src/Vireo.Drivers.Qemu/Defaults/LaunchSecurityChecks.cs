using Vireo.Config;
using Vireo.Drivers.Qemu.Capabilities;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>How a QEMU can keep a guest's memory from its host.</summary>
/// <param name="Sev">By AMD's SEV.</param>
/// <param name="SevKernelHashes">SEV measures the kernel which is booted directly.</param>
/// <param name="S390Pv">By IBM's Secure Execution, on a host that has it.</param>
internal sealed record GuestEncryption(bool Sev, bool SevKernelHashes, bool S390Pv)
{
    /// <summary>In no way.</summary>
    public static GuestEncryption None { get; } = new(Sev: false, SevKernelHashes: false, S390Pv: false);

    /// <summary>What one binary can do.</summary>
    public static GuestEncryption Of(QemuCapabilities qemu) => new(
        qemu.Sev is not null,
        qemu.Has(QemuFeature.SevKernelHashes),
        qemu.HasDevice("s390-pv-guest") && qemu.HasOption("machine", "confidential-guest-support"));
}

/// <summary>Guests whose memory the host cannot read: what they need of it.</summary>
internal static class LaunchSecurityChecks
{
    /// <summary>Why a guest cannot be had; null when it can.</summary>
    public static string? Refusal(LaunchSecurityConfig? security, GuestEncryption has) => security switch
    {
        { Type: LaunchSecurityType.Sev } when !has.Sev => "SEV launch security is not supported with this QEMU binary",
        { Type: LaunchSecurityType.Sev, KernelHashes: not null } when !has.SevKernelHashes => "SEV measured direct kernel boot is not supported with this QEMU binary",
        { Type: LaunchSecurityType.S390Pv } when !has.S390Pv => "S390 PV launch security is not supported with this QEMU binary",

        // Only an s390x host has it, and this driver's are x86.
        { Type: LaunchSecurityType.S390Pv } => "S390 PV launch security is not supported by this host or kernel",
        _ => null,
    };

    /// <summary>The document of a guest that is started, with what it leaves to the host.</summary>
    /// <param name="config">The complete document.</param>
    /// <param name="qemu">What its emulator can do now, which may be less than when it was defined.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static DomainConfig ForStart(DomainConfig config, QemuCapabilities qemu)
    {
        if (Refusal(config.LaunchSecurity, GuestEncryption.Of(qemu)) is { } refusal)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, refusal);
        }

        return config.LaunchSecurity is { Type: LaunchSecurityType.Sev } security && qemu.Sev is { } sev
            ? config with { LaunchSecurity = security with { Cbitpos = security.Cbitpos ?? sev.CBit, ReducedPhysBits = security.ReducedPhysBits ?? sev.ReducedPhysicalBits } }
            : config;
    }
}
