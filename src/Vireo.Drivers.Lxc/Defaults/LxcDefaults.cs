using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Lxc.Defaults;

/// <summary>Completes a definition as libvirt's LXC driver does.</summary>
internal static class LxcDefaults
{
    /// <summary>Fills in everything the document leaves open, and checks what cannot be.</summary>
    public static DomainConfig Apply(DomainConfig domain, LxcHost host)
    {
        domain.RequireComplete();
        GuestKind.Require(domain, DomainType.Lxc, "exe", host.Architecture, host.Architectures);
        CheckHead(domain);
        var os = domain.Os;
        domain = GeneralDefaults.Apply(domain with
        {
            // What machines boot is not a container's.
            Os = new OsConfig
            {
                Type = (os.Type ?? new OsType()) with { Kind = "exe", Arch = os.Type?.Arch ?? host.Architecture },
                Init = os.Init,
                Initargs = os.Initargs,
                Initenvs = os.Initenvs,
                Initdir = os.Initdir,
                Inituser = os.Inituser,
                Initgroup = os.Initgroup,
            },
            Features = Features(domain.Features),
            Cpu = domain.Cpu is { Topology: { } topology } cpu ? cpu with { Topology = topology with { Dies = topology.Dies ?? 1 } } : domain.Cpu,
        });
        return domain with
        {
            LxcNamespaces = domain.LxcNamespaces == new LxcNamespaces() ? null : domain.LxcNamespaces,
            Devices = DeviceRules.Apply(domain.Devices, host),
        };
    }

    private static void CheckHead(DomainConfig domain)
    {
        if (domain.Os.Init is not { Length: > 0 })
            throw VireoException.InvalidXml(ErrorDomain.Domain, "init binary must be specified");
        foreach (var variable in domain.Os.Initenvs)
        {
            if (variable.Name is null)
                throw VireoException.InvalidXml(ErrorDomain.Domain, "No name supplied for <initenv> element");
            if (variable.Text is not { Length: > 0 })
                throw VireoException.InvalidXml(ErrorDomain.Domain, $"No value supplied for <initenv name='{variable.Name}'> element");
        }

        if (domain.MaxMemory is not null)
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "memory hotplug tunables <maxMemory> are not supported by this hypervisor driver");
        if (domain.Vcpu?.Count == 0)
            throw VireoException.Internal(ErrorDomain.Domain, "CPU IDs in <numa> exceed the <vcpu> count");
    }

    private static FeaturesConfig? Features(FeaturesConfig? features)
    {
        if (features?.Capabilities is not { } told)
            return features;
        var capabilities = CapabilityNames.Complete(told) with { Policy = told.Policy ?? CapabilityPolicy.Default };
        features = features with { Capabilities = capabilities == new ContainerCapabilities { Policy = CapabilityPolicy.Default } ? null : capabilities };
        return features == new FeaturesConfig() ? null : features;
    }
}
