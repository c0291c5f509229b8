using Vireo.Config;

namespace Vireo.Drivers.Test;

/// <summary>What the test hypervisor adds to documents, and takes from them for its answers.</summary>
internal static class TestDocuments
{
    /// <summary>Reads a domain document for this hypervisor and fills in what it leaves open.</summary>
    /// <param name="xml">Its text.</param>
    /// <param name="validate">Refuses unknown parts.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL, VIR_ERR_XML_INVALID_SCHEMA; VIR_ERR_CONFIG_UNSUPPORTED for another hypervisor's document.</exception>
    public static DomainConfig Read(string xml, bool validate)
    {
        var config = validate ? DomainConfig.ParseValidated(xml) : DomainConfig.Parse(xml);
        if (config.Type is not DomainType.Test)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Test, $"unexpected domain type {config.Type?.ToXmlName()}, expecting test");
        }

        return Complete(config);
    }

    /// <summary>Fills in a UUID, current memory, vcpus and what follows the guest's end.</summary>
    public static DomainConfig Complete(DomainConfig config)
    {
        config.RequireComplete();
        var memory = config.Memory?.Size ?? default;
        return config with
        {
            Id = null,
            Uuid = config.Uuid ?? Guid.NewGuid(),
            CurrentMemory = config.CurrentMemory is { Bytes: > 0 } current && current <= memory ? current : memory,
            Vcpu = (config.Vcpu ?? new VcpuConfig { Count = 1 }) with { Placement = config.Vcpu?.Placement ?? CpuPlacement.Static },
            OnPoweroff = config.OnPoweroff ?? LifecycleAction.Destroy,
            OnReboot = config.OnReboot ?? LifecycleAction.Restart,
            OnCrash = config.OnCrash ?? LifecycleAction.Destroy,
        };
    }

    /// <summary>A domain's document as a client asks for it.</summary>
    public static string Format(TestDomain domain, DomainXMLFlags flags)
    {
        var inactive = (flags & DomainXMLFlags.Inactive) != 0;
        var config = inactive ? domain.Persistent ?? domain.Config : domain.Config;
        return (config with { Id = domain.IsActive && !inactive ? domain.Id : null }).ToXml();
    }

    /// <summary>The greatest number of vcpus.</summary>
    public static uint MaxVcpus(DomainConfig config) => config.Vcpu?.Count ?? 1;

    /// <summary>The number of vcpus plugged in.</summary>
    public static uint Vcpus(DomainConfig config) => config.Vcpu?.Current ?? MaxVcpus(config);
}
