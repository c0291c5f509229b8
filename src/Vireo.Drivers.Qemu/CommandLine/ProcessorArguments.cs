using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>How many processors the guest has and how they are arranged, the threads that serve its disks, and the limits that these share.</summary>
internal static class ProcessorArguments
{
    private const int MostThreads = 1024;

    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config)
    {
        arguments.Add("-smp", Count(config));
        foreach (var id in IoThreadIds(config))
        {
            var settings = config.Iothreadids.Find(t => t.Id == id);
            arguments.Add("-object", OptionJson.Object("iothread", IoThread(id)).Number("thread-pool-min", settings?.ThreadPoolMin).Number("thread-pool-max", settings?.ThreadPoolMax));
        }

        if (config.Defaultiothread is { } main)
        {
            arguments.Add("-object", OptionJson.Object("main-loop", "main-loop").Number("thread-pool-min", main.ThreadPoolMin).Number("thread-pool-max", main.ThreadPoolMax));
        }

        foreach (var group in config.Throttlegroups)
        {
            arguments.Add("-object", OptionJson.Object(ThrottleGroups.Kind, ThrottleGroups.ObjectOf(group.GroupName!)).Raw("limits", json => DiskThrottle.WriteLimits(json, group)));
        }
    }

    /// <summary>The object that stands for an I/O thread.</summary>
    public static string IoThread(uint id) => string.Create(CultureInfo.InvariantCulture, $"iothread{id}");

    /// <summary>The numbers of a document's I/O threads: those it gives, then the lowest that are free.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: they are too many.</exception>
    public static IReadOnlyCollection<uint> IoThreadIds(DomainConfig config)
    {
        var ids = new SortedSet<uint>(config.Iothreadids.Select(t => t.Id ?? 0));
        Unsupported.When(config.Iothreads > MostThreads, "<iothreads>", $"is more than {MostThreads}");
        for (uint id = 1; ids.Count < (config.Iothreads ?? 0); id++)
        {
            ids.Add(id);
        }

        return ids;
    }

    private static string Count(DomainConfig config)
    {
        var maximum = config.Vcpu!.Count!.Value;

        // Those that can be taken out again are plugged in once QEMU runs.
        var current = config.Vcpus.IsEmpty ? config.Vcpu.Current ?? maximum : (uint)config.Vcpus.Count(v => v.Enabled == true && v.Hotpluggable != true);
        var value = new OptionList(Text(current)).With("maxcpus", current == maximum ? null : Text(maximum));
        return config.Cpu?.Topology is not { } topology
            ? value.With("sockets", Text(maximum)).With("cores", "1").With("threads", "1").ToString()
            : value.With("sockets", Text(topology.Sockets ?? 1)).With("dies", Text(topology.Dies ?? 1)).With("clusters", topology.Clusters is > 1 ? Text(topology.Clusters.Value) : null)
                .With("cores", Text(topology.Cores ?? 1)).With("threads", Text(topology.Threads ?? 1)).ToString();
    }

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
