using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Memory modules.</summary>
internal sealed class MemoryKind() : DeviceKind("memory")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var module = wanted.Memories[0];
        var cells = config.Cpu?.Numa?.Cells.Count ?? 0;
        if (module.Target?.Node is { } node && cells > 0 && node >= cells)
        {
            throw new VireoException(ErrorCode.XmlDetail, ErrorDomain.Domain, $"can't add memory backend for guest node '{node}' as the guest has only '{cells}' NUMA nodes configured");
        }

        if (config.MaxMemory is not { } most)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "maxMemory has to be specified when using memory devices ");
        }

        if (module.Target?.Size is { } size && (config.Memory?.Size.Bytes ?? 0) + size.Bytes > most.Size.Bytes)
        {
            throw VireoException.ConfigUnsupported(
                ErrorDomain.Domain, $"Attaching memory device with size '{size.KiB}' would exceed domain's maxMemory config size '{most.Size.KiB}'");
        }
    }

    /// <inheritdoc/>
    public override DomainConfig Add(DevicesConfig wanted, DomainConfig config) =>
        base.Add(wanted, config.CurrentMemory == config.Memory?.Size ? config with { CurrentMemory = null } : config);

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var module = wanted.Memories[0];
        return config.Devices.Memories.Find(other => IsSame(module, other) && IsAt(module, other)) ?? throw Missing(live
            ? $"model '{module.Model?.ToXmlName()}' memory device not present in the domain configuration"
            : "matching memory device was not found");
    }

    /// <inheritdoc/>
    public override DomainConfig Update(DevicesConfig wanted, DomainConfig config)
    {
        var present = Addressed(wanted, config) ?? throw VireoException.InvalidArgument(ErrorDomain.Qemu, "memory not found");
        return config with { Devices = config.Devices with { Memories = config.Devices.Memories.Map(module => ReferenceEquals(module, present) ? wanted.Memories[0] : module) } };
    }

    /// <inheritdoc/>
    public override async Task UpdateAsync(DevicesConfig wanted, RunningDevices devices, bool force, CancellationToken cancellationToken)
    {
        var module = wanted.Memories[0];
        var present = Addressed(wanted, devices.Live) ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"memory '{module.Alias ?? "(null)"}' not found");
        if (present.Model != MemoryModel.VirtioMem)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"cannot modify memory of model '{present.Model?.ToXmlName()}'");
        }

        RequireSame(module, present);
        var requested = module.Target!.Requested ?? default;
        await devices.ExecuteAsync(Qmp.QomSet($"/machine/peripheral/{present.Alias}", "requested-size", (long)requested.Bytes), cancellationToken).ConfigureAwait(false);
        await devices.ShowAsync(live => Changed(live, present.Alias!, target => target with { Requested = requested })).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<DevicesConfig> ObserveAsync(DevicesConfig device, RunningDevices devices, CancellationToken cancellationToken)
    {
        var told = await devices.Process.Monitor.ExecuteAsync(Qmp.QueryMemoryDevices, cancellationToken).ConfigureAwait(false);
        return device with { Memories = device.Memories.Map(module => Told(module, told)) };
    }

    /// <summary>A document in which a module's target is another.</summary>
    public static DomainConfig Changed(DomainConfig live, string alias, Func<MemoryDeviceTarget, MemoryDeviceTarget> change) => live with
    {
        Devices = live.Devices with { Memories = live.Devices.Memories.Map(module => module.Alias == alias ? module with { Target = change(module.Target!) } : module) },
    };

    private static MemoryDevice Told(MemoryDevice module, JsonElement told)
    {
        foreach (var data in told.EnumerateArray().Select(item => item.GetProperty("data")).Where(data => data.StrOrNull("id") == module.Alias))
        {
            module = module.Address is DimmAddress slot
                ? module with { Address = slot with { Base = (ulong?)data.Num("addr") } }
                : module.Model == MemoryModel.VirtioMem ? module with { Target = module.Target! with { Current = new DataSize((ulong)(data.Num("size") ?? 0)) } } : module;
        }

        return module;
    }

    private static bool IsSame(MemoryDevice one, MemoryDevice other) => one.Model == other.Model && one.Target?.Size == other.Target?.Size && one.Target?.Node == other.Target?.Node && one.Target?.Block == other.Target?.Block
        && one.Source?.Path == other.Source?.Path;

    // A module is changed by its place or its name, since all else may change.
    private static MemoryDevice? Addressed(DevicesConfig wanted, DomainConfig config)
    {
        var module = wanted.Memories[0];
        return config.Devices.Memories.Find(other => (module.Address is not null && other.Address == module.Address) || (module.Alias is not null && other.Alias == module.Alias));
    }

    private static void RequireSame(MemoryDevice module, MemoryDevice present)
    {
        var field = module.Model != present.Model ? "model"
            : module.Target?.Size != present.Target?.Size ? "size"
            : module.Target?.Node != present.Target?.Node ? "targetNode"
            : module.Target?.Block != present.Target?.Block ? "block size"
            : module.Source?.Path != present.Source?.Path ? "path"
            : null;
        if (field is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"cannot modify memory {field}");
        }
    }
}
