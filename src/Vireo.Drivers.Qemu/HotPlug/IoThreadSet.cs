using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>The I/O threads of a document, and what becomes of them. Nothing here touches a guest.</summary>
internal static class IoThreadSet
{
    /// <summary>A document with one more.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there is one of the number.</exception>
    public static DomainConfig With(DomainConfig config, uint id)
    {
        var ids = ProcessorArguments.IoThreadIds(config);
        return ids.Contains(id)
            ? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"an IOThread is already using iothread_id '{id}'")
            : Listed(config, [.. All(config), new IoThreadConfig { Id = id }]);
    }

    /// <summary>A document with one less.</summary>
    /// <param name="config">The document.</param>
    /// <param name="id">Its number.</param>
    /// <param name="listed">Whether the others are still listed when their numbers follow from their count.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there is none of the number, or something uses it.</exception>
    public static DomainConfig Without(DomainConfig config, uint id, bool listed)
    {
        Require(config, id, "iothreadids list");
        if (config.Devices.Disks.Find(d => d.Driver?.Iothread == id) is { } disk)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"cannot remove IOThread {id} since it is being used by disk '{disk.Target?.Dev}'");
        }

        if (config.Devices.Controllers.Any(c => c.Driver?.Iothread == id))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"cannot remove IOThread {id} since it is being used by controller");
        }

        var rest = Listed(config, [.. All(config).Where(t => t.Id != id)]);
        var implied = !listed && rest.Iothreadids.Select((t, i) => t == new IoThreadConfig { Id = (uint)i + 1 }).All(same => same);
        return implied ? rest with { Iothreadids = [] } : rest;
    }

    /// <summary>A document with other sizes of a thread's pool.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there is none of the number; VIR_ERR_OPERATION_INVALID: the sizes contradict each other.</exception>
    public static DomainConfig WithPool(DomainConfig config, uint id, int? least, int? most)
    {
        Require(config, id, "iothreadids");
        var threads = All(config).Select(t => t.Id == id ? t with { ThreadPoolMin = least ?? t.ThreadPoolMin, ThreadPoolMax = most ?? t.ThreadPoolMax } : t).ToConfigList();
        return threads.Find(t => t.Id == id) is { ThreadPoolMin: { } min, ThreadPoolMax: { } max } && min > max
            ? throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"thread_pool_min ({min}) can't be greater than thread_pool_max ({max})")
            : least is null && most is null ? config : config with { Iothreadids = threads };
    }

    private static void Require(DomainConfig config, uint id, string where)
    {
        if (!ProcessorArguments.IoThreadIds(config).Contains(id))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"cannot find IOThread '{id}' in {where}");
        }
    }

    private static IEnumerable<IoThreadConfig> All(DomainConfig config) =>
        ProcessorArguments.IoThreadIds(config).Select(id => config.Iothreadids.Find(t => t.Id == id) ?? new IoThreadConfig { Id = id });

    private static DomainConfig Listed(DomainConfig config, ConfigList<IoThreadConfig> threads) => config with { Iothreads = threads.IsEmpty ? null : (uint)threads.Count, Iothreadids = threads };
}
