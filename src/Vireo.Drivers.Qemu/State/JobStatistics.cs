using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.State;

/// <summary>A long job as clients are told of it: at one moment, or as it was when it had ended.</summary>
/// <param name="Type">Whether it goes on.</param>
/// <param name="Operation">What it is.</param>
/// <param name="Elapsed">How long it has been, or was, under way.</param>
/// <param name="Progress">How far it is.</param>
internal sealed record JobStatistics(DomainJobType Type, DomainJobOperation Operation, TimeSpan Elapsed, JobProgress Progress)
{
    /// <summary>Whether a backup that has ended is whole; null for what goes on or is no backup.</summary>
    public bool? Success { get; init; }

    /// <summary>Why it is not; null for no reason.</summary>
    public string? Error { get; init; }

    private (long Total, long Processed, long Remaining) Memory => Progress.Memory is { } memory ? (memory.TotalBytes, memory.TransferredBytes, memory.RemainingBytes)
        : Progress.Dump is { } dump ? (dump.Total, dump.Processed, dump.Total - dump.Processed) : default;

    private (long Total, long Processed, long Remaining) Disk => (Progress.Disk.Total, Progress.Disk.Processed, Progress.Disk.Total - Progress.Disk.Processed);

    /// <summary>A job under way.</summary>
    public static JobStatistics Of(LongJob job) => new(DomainJobType.Unbounded, job.Operation, job.Elapsed, job.Progress);

    /// <summary>In the old form.</summary>
    public DomainGetJobInfoResult ToInfo() => new(
        (int)Type, (ulong)Elapsed.TotalMilliseconds, 0, (ulong)(Memory.Total + Disk.Total), (ulong)(Memory.Processed + Disk.Processed), (ulong)(Memory.Remaining + Disk.Remaining),
        (ulong)Memory.Total, (ulong)Memory.Processed, (ulong)Memory.Remaining, (ulong)Disk.Total, (ulong)Disk.Processed, (ulong)Disk.Remaining);

    /// <summary>As named values, in libvirt's order.</summary>
    public TypedParam[] ToParameters() =>
    [
        TypedParam.Of("operation", (int)Operation),
        TypedParam.Of("time_elapsed", (ulong)Elapsed.TotalMilliseconds),
        .. Operation == DomainJobOperation.Backup ? Backup() : Progress.Dump is not null ? Sizes("memory", Memory) : Moved(),
    ];

    private IEnumerable<TypedParam> Moved() =>
    [
        .. Progress.Memory is { } memory ? Times(memory) : [],
        .. Sizes("data", (Memory.Total + Disk.Total, Memory.Processed + Disk.Processed, Memory.Remaining + Disk.Remaining)),
        .. Progress.Memory is { } saved ? [.. Sizes("memory", Memory), .. Pages(saved)] : Sizes("disk", Disk),
    ];

    private IEnumerable<TypedParam> Backup()
    {
        if (Progress.Temporary is { } aside)
        {
            yield return TypedParam.Of("disk_temp_used", (ulong)aside.Used);
            yield return TypedParam.Of("disk_temp_total", (ulong)aside.Total);
        }

        foreach (var size in Disk.Total > 0 ? Sizes("disk", Disk) : [])
        {
            yield return size;
        }

        if (Success is { } success)
        {
            yield return TypedParam.Of("success", success);
        }

        if (Error is { } error)
        {
            yield return TypedParam.Of("errmsg", error);
        }
    }

    private static IEnumerable<TypedParam> Times(QmpMigration memory)
    {
        if (memory.Downtime is { } downtime)
        {
            yield return TypedParam.Of("downtime", (ulong)downtime);
        }

        if (memory.SetupTime is { } setup)
        {
            yield return TypedParam.Of("setup_time", (ulong)setup);
        }
    }

    private static TypedParam[] Sizes(string what, (long Total, long Processed, long Remaining) sizes) =>
    [
        TypedParam.Of(what + "_total", (ulong)sizes.Total),
        TypedParam.Of(what + "_processed", (ulong)sizes.Processed),
        TypedParam.Of(what + "_remaining", (ulong)sizes.Remaining),
    ];

    private static IEnumerable<TypedParam> Pages(QmpMigration memory)
    {
        if (memory.BytesPerSecond > 0)
        {
            yield return TypedParam.Of("memory_bps", (ulong)memory.BytesPerSecond);
        }

        yield return TypedParam.Of("memory_constant", (ulong)memory.ConstantPages);
        yield return TypedParam.Of("memory_normal", (ulong)memory.NormalPages);
        yield return TypedParam.Of("memory_normal_bytes", (ulong)memory.NormalBytes);
        yield return TypedParam.Of("memory_dirty_rate", (ulong)memory.DirtyPagesPerSecond);
        yield return TypedParam.Of("memory_iteration", (ulong)memory.Iteration);
        yield return TypedParam.Of("memory_postcopy_requests", (ulong)memory.PostcopyRequests);
        yield return TypedParam.Of("memory_page_size", (ulong)memory.PageSize);
    }
}
