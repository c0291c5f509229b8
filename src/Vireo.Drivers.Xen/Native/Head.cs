using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>What a file says of the guest as a whole: its name, memory and CPUs, and what follows when it ends.</summary>
internal static class Head
{
    private const long DefaultMemory = 128;

    /// <summary>The domain without all that other parts of the file tell.</summary>
    public static DomainConfig Parse(XenFile file)
    {
        var name = file.Required("name");
        if (name.Contains('/', StringComparison.Ordinal))
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"name {name} cannot contain '/'");
        var current = Memory(file, "memory") ?? DataSize.FromMiB(DefaultMemory);
        var memory = Memory(file, "maxmem") ?? current;
        var most = file.Count("maxvcpus") ?? file.Count("vcpus") ?? 1;
        var cpus = Math.Min(file.Count("vcpus") ?? 1, most);
        return new DomainConfig
        {
            Type = DomainType.Xen,
            Name = name,
            Uuid = Uuid(file.Text("uuid")),
            Memory = memory,
            CurrentMemory = current,
            Vcpu = new VcpuConfig
            {
                Placement = CpuPlacement.Static,
                Cpuset = file.Text("cpus") is { } set ? NumberSet.Parse(set).ToString() : null,
                Current = cpus == most ? null : cpus,
                Count = most,
            },
            OnPoweroff = Action(file, "on_poweroff", LifecycleAction.Destroy),
            OnReboot = Action(file, "on_reboot", LifecycleAction.Restart),
            OnCrash = Action(file, "on_crash", LifecycleAction.Restart),
        };
    }

    /// <summary>Writes what comes before the features.</summary>
    public static void Format(XenText text, DomainConfig domain)
    {
        text.Add("name", domain.Name!);
        text.Add("uuid", (domain.Uuid ?? Guid.NewGuid()).ToString("D"));
        var memory = domain.Memory?.Size is { Bytes: > 0 } told ? told : Vnuma.Memory(domain.Cpu?.Numa);
        text.Add("maxmem", (long)memory.MiB);
        text.Add("memory", (long)(domain.CurrentMemory is { Bytes: > 0 } current && current < memory ? current : memory).MiB);
        var most = domain.Vcpu?.Count ?? 1;
        if (domain.Vcpu?.Current is { } cpus && cpus != most)
        {
            text.Add("maxvcpus", most);
            text.Add("vcpus", cpus);
        }
        else
        {
            text.Add("vcpus", most);
        }

        if (domain.Vcpu?.Cpuset is { } set)
            text.Add("cpus", NumberSet.Parse(set).ToString());
    }

    /// <summary>Writes what follows when the guest ends.</summary>
    public static void FormatEvents(XenText text, DomainConfig domain)
    {
        text.Add("on_poweroff", (domain.OnPoweroff ?? LifecycleAction.Destroy).ToXmlName());
        text.Add("on_reboot", (domain.OnReboot ?? LifecycleAction.Restart).ToXmlName());
        text.Add("on_crash", (domain.OnCrash ?? LifecycleAction.Destroy).ToXmlName());
    }

    /// <summary>So many MiB.</summary>
    /// <exception cref="VireoException">VIR_ERR_OVERFLOW: no document can tell it.</exception>
    public static DataSize Megabytes(ulong count) =>
        count <= ulong.MaxValue >> 20 ? DataSize.FromMiB(count) : throw new VireoException(ErrorCode.Overflow, ErrorDomain.Xen, "size value too large");

    private static Guid Uuid(string? text)
    {
        if (text is null)
            return Guid.NewGuid();
        return Guid.TryParseExact(text.Replace("-", "", StringComparison.Ordinal), "N", out var uuid)
            ? uuid
            : throw new VireoException(ErrorCode.ConfSyntax, ErrorDomain.Xen, $"{text} not parseable");
    }

    private static DataSize? Memory(XenFile file, string key) => file.Number(key) switch
    {
        null => null,
        >= 0 and var count => Megabytes((ulong)count),
        _ => throw XenErrors.Malformed(key),
    };

    private static LifecycleAction Action(XenFile file, string key, LifecycleAction otherwise) => file.Text(key) switch
    {
        null => otherwise,
        var text => XmlNames.TryParse(text, out LifecycleAction action) ? action : throw XenErrors.Internal($"unexpected value {text} for {key}"),
    };
}
