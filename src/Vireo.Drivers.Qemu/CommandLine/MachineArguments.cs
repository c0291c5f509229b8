using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The machine itself: name, accelerator, processors, memory.</summary>
internal static class MachineArguments
{
    private const string MemoryId = "pc.ram";

    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config)
    {
        arguments.Add("-name", new OptionList().With("guest", config.Name).With("debug-threads", true).ToString());
        arguments.Add("-S");
        Firmware(arguments, config.Os);
        arguments.Add("-machine", Machine(config));
        var tcgCache = config.Features?.Tcg?.TbCache;
        arguments.Add("-accel", new OptionList(config.Type == DomainType.Kvm ? "kvm" : "tcg").With("tb-size", tcgCache is { } size ? Text(size.MiB) : null).ToString());
        arguments.Add("-cpu", CpuArguments.Value(config));
        Memory(arguments, config);
        arguments.Add("-smp", Processors(config));
        IoThreads(arguments, config);
        arguments.Add("-uuid", config.Uuid!.Value.ToString("D"));
        if (config.Genid is { } genid)
        {
            Unsupported.When(!Guid.TryParse(genid, out var id), "<genid>", "without a value is not supported yet; give it a UUID");
            arguments.Device(OptionJson.Device("vmgenid").Text("guid", id.ToString("D")).Text("id", "vmgenid0"));
        }

        if (config.Features?.Vmcoreinfo?.State == true || config.Features?.Vmcoreinfo is { State: null })
        {
            arguments.Device(OptionJson.Device("vmcoreinfo"));
        }
    }

    private static string Machine(DomainConfig config)
    {
        var value = new OptionList(config.Os.Type!.Machine!).With("usb", false).With("dump-guest-core", config.Memory!.DumpCore ?? false);
        value.With("memory-backend", MemoryId);
        value.With("mem-merge", config.MemoryBacking?.Nosharepages == true ? false : null);
        value.With("vmport", config.Features?.Vmport?.State).With("smm", config.Features?.Smm is { } smm ? smm.State ?? true : null);
        if (config.Features?.Acpi != true)
        {
            value.With("acpi", false);
        }

        value.With("hpet", config.Clock?.Timers.Find(t => t.Name == TimerName.Hpet)?.Present);
        if (config.Os.Loader is { Type: LoaderType.Pflash, Path: not null })
        {
            value.With("pflash0", "fw0").With("pflash1", config.Os.Nvram?.Path is null && config.Os.Nvram?.Source is null ? null : "fw1");
        }

        return value.ToString();
    }

    private static void Firmware(ArgumentList arguments, OsConfig os)
    {
        if (os.Loader is not { Path: { } path } loader)
        {
            return;
        }

        if (loader.Type != LoaderType.Pflash)
        {
            arguments.Add("-bios", path);
            return;
        }

        Flash(arguments, "fw0", path, loader.Readonly ?? false);
        if ((os.Nvram?.Path ?? os.Nvram?.Source?.File) is { } variables)
        {
            Flash(arguments, "fw1", variables, false);
        }
    }

    private static void Flash(ArgumentList arguments, string node, string path, bool readOnly) => arguments.Add(
        "-blockdev",
        OptionJson.Device("raw").Text("node-name", node).Flag("read-only", readOnly).Raw("file", json =>
        {
            json.WriteStartObject();
            json.WriteString("driver", "file");
            json.WriteString("filename", path);
            json.WriteString("node-name", node + "f");
            json.WriteBoolean("auto-read-only", true);
            json.WriteEndObject();
        }));

    private static void Memory(ArgumentList arguments, DomainConfig config)
    {
        var backing = config.MemoryBacking;
        Unsupported.When(backing?.Hugepages is not null, "<hugepages>");
        Unsupported.When(backing?.Discard == true, "<discard> in <memoryBacking>");
        Unsupported.When(backing?.Source is not (null or MemorySource.Anonymous or MemorySource.Memfd), "<source type='file'> in <memoryBacking>");
        Unsupported.When(backing?.Allocation is { Mode: not (null or MemoryAllocationMode.Ondemand or MemoryAllocationMode.Immediate) }, "<allocation mode=…>");
        var memory = config.Memory!.Size;
        arguments.Add("-m", Text(memory.MiB));
        var shared = backing?.Access == MemoryAccess.Shared;
        arguments.Add("-object", OptionJson.Object(backing?.Source == MemorySource.Memfd ? "memory-backend-memfd" : "memory-backend-ram", MemoryId)
            .Flag("share", shared ? true : null)
            .Flag("prealloc", backing?.Allocation?.Mode == MemoryAllocationMode.Immediate ? true : null)
            .Number("prealloc-threads", backing?.Allocation?.Threads)
            .Number("size", memory.MiB * 1024 * 1024));
        arguments.Add("-overcommit", backing?.Locked == true ? "mem-lock=on" : "mem-lock=off");
    }

    private static string Processors(DomainConfig config)
    {
        Unsupported.WhenAny(config.Vcpus, "<vcpus>");
        var maximum = config.Vcpu!.Count!.Value;
        var current = config.Vcpu.Current ?? maximum;
        var topology = config.Cpu?.Topology;
        var value = new OptionList(Text(current)).With("maxcpus", current == maximum ? null : Text(maximum));
        return topology is null
            ? value.With("sockets", Text(maximum)).With("cores", "1").With("threads", "1").ToString()
            : value.With("sockets", Text(topology.Sockets ?? 1)).With("dies", Text(topology.Dies ?? 1)).With("cores", Text(topology.Cores ?? 1)).With("threads", Text(topology.Threads ?? 1)).ToString();
    }

    private static void IoThreads(ArgumentList arguments, DomainConfig config)
    {
        var ids = new SortedSet<uint>(config.Iothreadids.Select(t => t.Id ?? 0));
        Unsupported.When(config.Iothreads > 1024, "<iothreads>", "is more than 1024");
        for (uint id = 1; ids.Count < (config.Iothreads ?? 0); id++)
        {
            ids.Add(id);
        }

        foreach (var id in ids)
        {
            var settings = config.Iothreadids.Find(t => t.Id == id);
            arguments.Add("-object", OptionJson.Object("iothread", $"iothread{Text(id)}").Number("thread-pool-min", settings?.ThreadPoolMin).Number("thread-pool-max", settings?.ThreadPoolMax));
        }
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
