using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Memory modules, persistent memory, and memory that is shared between guests.</summary>
internal static class MemoryDeviceArguments
{
    // What a module's size is a multiple of.
    private const ulong Grain = 2 << 20;

    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        foreach (var memory in config.Devices.Memories)
        {
            Module(arguments, memory, config, context);
        }

        foreach (var shared in config.Devices.Shmems)
        {
            Shared(arguments, shared, config);
        }
    }

    private static void Module(ArgumentList arguments, MemoryDevice memory, DomainConfig config, CommandLineContext context)
    {
        var target = memory.Target!;
        var backend = new MemoryBackend($"mem{memory.Alias}", MemoryArguments.Aligned(target.Size ?? default, Grain))
        {
            Cell = target.Node,
            Access = memory.Access,
            Discard = memory.Discard,
            Source = memory.Source ?? new MemoryDeviceSource(),
            ReadOnly = memory.Model == MemoryModel.Nvdimm && target.Readonly,
        };
        arguments.Add("-object", memory.Model == MemoryModel.SgxEpc
            ? OptionJson.Object("memory-backend-epc", backend.Id).Flag("prealloc", true).Number("size", backend.Size.Bytes)
            : backend.ToObject(config, context));
        var option = memory.Model switch
        {
            MemoryModel.Dimm => OptionJson.Device("pc-dimm"),
            MemoryModel.Nvdimm => OptionJson.Device("nvdimm").Number("label-size", target.Label.IsEmpty ? null : target.Label[0].Bytes).Text("uuid", memory.Uuid).Flag("unarmed", target.Readonly ? true : null),
            MemoryModel.VirtioPmem => OptionJson.Device(DevicePlace.VirtioName("virtio-pmem", (string?)null, memory.Address)),
            MemoryModel.VirtioMem => OptionJson.Device(DevicePlace.VirtioName("virtio-mem", (string?)null, memory.Address)).Number("block-size", target.Block?.Bytes).Number("requested-size", target.Requested?.Bytes)
                .Flag("prealloc", config.MemoryBacking?.Hugepages is null ? null : true).Flag("dynamic-memslots", target.DynamicMemslots).Number("memaddr", target.AddressBase),
            MemoryModel.SgxEpc => null,
            var model => throw Unsupported.Element($"memory model '{model?.ToXmlName()}'"),
        };
        if (option is null)
        {
            // The machine takes enclave pages by a list of its own.
            var index = config.Devices.Memories.Where(m => m.Model == MemoryModel.SgxEpc).TakeWhile(m => m != memory).Count();
            arguments.Add("-machine", string.Create(CultureInfo.InvariantCulture, $"sgx-epc.{index}.memdev={backend.Id}{(target.Node is { } node ? $",sgx-epc.{index}.node={node}" : "")}"));
            return;
        }

        option.Number("node", target.Node).Text("memdev", backend.Id);
        arguments.Device(memory.Address is DimmAddress slot ? option.Text("id", memory.Alias).Number("slot", slot.Slot).Number("addr", slot.Base) : option.At(memory, config));
    }

    private static void Shared(ArgumentList arguments, ShmemConfig shared, DomainConfig config)
    {
        if (shared.Model == ShmemModel.IvshmemDoorbell || shared.Server is not null)
        {
            arguments.Add("-chardev", new OptionList("socket").With("id", $"char{shared.Alias}").With("path", shared.Server?.Path ?? $"/var/lib/libvirt/shmem-{shared.Name}-sock").ToString());
            arguments.Device(OptionJson.Device("ivshmem-doorbell").Text("chardev", $"char{shared.Alias}").Number("vectors", shared.Msi?.Vectors).Flag("ioeventfd", shared.Msi?.Ioeventfd)
                .OnOff("master", Master(shared)).At(shared, config));
            return;
        }

        var size = shared.Size ?? DataSize.FromMiB(4);
        arguments.Add("-object", OptionJson.Object("memory-backend-file", $"shmmem-{shared.Alias}").Text("mem-path", $"/dev/shm/{shared.Name}").Number("size", size.Bytes).Flag("share", true));
        arguments.Device(OptionJson.Device("ivshmem-plain").Text("memdev", $"shmmem-{shared.Alias}").OnOff("master", Master(shared)).At(shared, config));
    }

    private static bool? Master(ShmemConfig shared) => shared.Role switch { ShmemRole.Master => true, ShmemRole.Peer => false, _ => null };
}
