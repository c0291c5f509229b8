using Vireo.Config;
using Vireo.Host.Facts;

namespace Vireo.Drivers.Qemu;

/// <content>What the host counts, and its pools of pages.</content>
internal sealed partial class QemuConnection
{
    private const int AllProcessors = -1;
    private const int AllCells = -1;

    private static readonly (string Name, string File, bool Settable, bool Long)[] s_samePageMerging =
    [
        ("shm_pages_to_scan", "pages_to_scan", true, false),
        ("shm_sleep_millisecs", "sleep_millisecs", true, false),
        ("shm_pages_shared", "pages_shared", false, true),
        ("shm_pages_sharing", "pages_sharing", false, true),
        ("shm_pages_unshared", "pages_unshared", false, true),
        ("shm_pages_volatile", "pages_volatile", false, true),
        ("shm_full_scans", "full_scans", false, true),
        ("shm_merge_across_nodes", "merge_across_nodes", true, false),
    ];

    /// <inheritdoc/>
    public override ValueTask<NodeGetCpuStatsResult> NodeGetCpuStatsAsync(int cpuNum, int nparams, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "virHostCPUGetStats");
        const int Count = 4;
        if (nparams == 0)
        {
            return ValueTask.FromResult(new NodeGetCpuStatsResult([], Count));
        }

        var times = (cpuNum == AllProcessors ? ProcessorTimes.Read() : cpuNum >= 0 ? ProcessorTimes.Read(cpuNum) : null)
            ?? throw VireoException.BadArgument(ErrorDomain.None, "virHostCPUGetStatsLinux", "cpuNum", "Invalid cpuNum in virHostCPUGetStatsLinux");
        NodeGetCpuStats[] told = [new("kernel", times.Kernel), new("user", times.User), new("idle", times.Idle), new("iowait", times.Waiting)];
        return ValueTask.FromResult(new NodeGetCpuStatsResult(told, Count));
    }

    /// <inheritdoc/>
    public override ValueTask<NodeGetMemoryStatsResult> NodeGetMemoryStatsAsync(int nparams, int cellNum, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "virHostMemGetStats");
        var last = HostMemory.Nodes().Max();
        if (cellNum != AllCells && (cellNum < 0 || cellNum > last))
        {
            throw VireoException.BadArgument(ErrorDomain.None, "virHostMemGetStats", "cellNum", $"cellNum in virHostMemGetStats must be less than or equal to {last}");
        }

        var memory = cellNum == AllCells ? HostMemory.Read() : HostMemory.Read((uint)cellNum);
        NodeGetMemoryStats[] told = cellNum == AllCells
            ? [new("total", memory.TotalKiB), new("free", memory.FreeKiB), new("buffers", memory.BuffersKiB), new("cached", memory.CachedKiB)]
            : [new("total", memory.TotalKiB), new("free", memory.FreeKiB)];
        return ValueTask.FromResult(new NodeGetMemoryStatsResult(nparams == 0 ? [] : told, told.Length));
    }

    /// <inheritdoc/>
    public override ValueTask<NodeGetCpuMapResult> NodeGetCpuMapAsync(int needMap, int needOnline, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "virHostCPUGetMap");
        var online = NumberSet.Of(HostProcessors.Online());
        var present = HostProcessors.PresentCount();
        return ValueTask.FromResult(new NodeGetCpuMapResult(needMap != 0 ? online.ToMap((present + 7) / 8) : [], needOnline != 0 ? (uint)online.Count : 0, present));
    }

    /// <inheritdoc/>
    public override ValueTask<ulong[]> NodeGetCellsFreeMemoryAsync(int startCell, int maxcells, CancellationToken cancellationToken)
    {
        var (first, last) = Cells(startCell, (uint)Math.Max(maxcells, 0));
        return ValueTask.FromResult(HostMemory.Nodes().Where(node => node >= first && node <= last).Select(static node => HostMemory.Read(node).FreeKiB * 1024).ToArray());
    }

    /// <inheritdoc/>
    public override ValueTask<ulong[]> NodeGetFreePagesAsync(uint[] pages, int startCell, uint cellCount, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "virHostMemGetFreePages");
        var (first, last) = Cells(startCell, cellCount);
        var counts = from node in HostMemory.Nodes()
                     where node >= first && node <= last
                     from size in pages
                     select FreePages(node, size);
        return ValueTask.FromResult(counts.ToArray());
    }

    /// <inheritdoc/>
    public override ValueTask<int> NodeAllocPagesAsync(uint[] pageSizes, ulong[] pageCounts, int startCell, uint cellCount, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, NodeAllocPagesFlags.Set, "virHostMemAllocPages");
        var (first, last) = Cells(startCell, cellCount);
        var whole = 0;
        foreach (var node in HostMemory.Nodes().Where(node => node >= first && node <= last))
        {
            for (var i = 0; i < Math.Min(pageSizes.Length, pageCounts.Length); i++)
            {
                whole += Allocate(node, pageSizes[i], pageCounts[i], add: flags == 0) ? 1 : 0;
            }
        }

        return ValueTask.FromResult(whole);
    }

    /// <inheritdoc/>
    public override ValueTask<NodeGetMemoryParametersResult> NodeGetMemoryParametersAsync(int nparams, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, TypedParameterFlags.ParamStringOkay, "virHostMemGetParameters");
        var told = from figure in s_samePageMerging
                   let value = SamePageMerging.Read(figure.File)
                   where value is not null
                   select figure.Long ? TypedParam.Of(figure.Name, value.Value) : TypedParam.Of(figure.Name, (uint)value.Value);
        return ValueTask.FromResult(new NodeGetMemoryParametersResult(nparams == 0 ? [] : [.. told.Take(nparams)], s_samePageMerging.Length));
    }

    /// <inheritdoc/>
    public override ValueTask NodeSetMemoryParametersAsync(TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "virHostMemSetParameters");
        TypedParams.Check(@params, [.. s_samePageMerging.Where(static figure => figure.Settable).Select(static figure => (figure.Name, TypedParameterType.Uint))]);
        foreach (var parameter in @params)
        {
            var file = s_samePageMerging.First(figure => figure.Name == parameter.Field).File;
            if (!SamePageMerging.Has(file))
            {
                throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.None, $"Parameter '{parameter.Field}' is not supported by this kernel");
            }

            try
            {
                SamePageMerging.Write(file, parameter.Unsigned);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new VireoException(ErrorCode.SystemError, ErrorDomain.None, $"failed to set {parameter.Field}: {exception.Message}", exception);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<string> ConnectGetSysinfoAsync(uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuConnectGetSysinfo");
        throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "Host SMBIOS information is not available");
    }

    /// <inheritdoc/>
    /// <remarks>No daemon of ours puts its host to sleep: each way of it answers as on a host that has it not.</remarks>
    public override ValueTask NodeSuspendForDurationAsync(uint target, ulong duration, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "virNodeSuspend");
        throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.None, (NodeSuspendTarget)target switch
        {
            NodeSuspendTarget.Mem => "Suspend-to-RAM",
            NodeSuspendTarget.Disk => "Suspend-to-Disk",
            _ => "Hybrid-Suspend",
        });
    }

    private static ulong FreePages(uint node, uint sizeKiB) =>
        sizeKiB == Environment.SystemPageSize / 1024 ? HostMemory.Read(node).FreeKiB / sizeKiB
        : HugePages.Has(node, sizeKiB) ? HugePages.Free(node, sizeKiB)
        : throw VireoException.OperationFailed(ErrorDomain.None, $"page size {sizeKiB} is not available on node {node}");

    private static bool Allocate(uint node, uint sizeKiB, ulong count, bool add)
    {
        if (sizeKiB == Environment.SystemPageSize / 1024)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.None, "system pages pool can't be modified");
        }

        if (!HugePages.Has(node, sizeKiB))
        {
            throw VireoException.OperationFailed(ErrorDomain.None, HostMemory.Nodes().Count > 1 ? $"page size {sizeKiB} is not available on node {node}" : $"page size {sizeKiB} is not available");
        }

        try
        {
            return HugePages.Allocate(node, sizeKiB, count, add);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VireoException(ErrorCode.SystemError, ErrorDomain.None, $"Unable to allocate {count} pages of {sizeKiB} KiB: {exception.Message}", exception);
        }
    }

    /// <summary>The cells from one on, as many as are wanted and there are.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the first is none.</exception>
    private static (uint First, uint Last) Cells(int start, uint count)
    {
        var last = HostMemory.Nodes().Max();
        var first = start == AllCells ? 0 : (uint)start;
        return first > last
            ? throw VireoException.Internal(ErrorDomain.None, $"start cell {start} out of range (0-{last})")
            : (first, (uint)Math.Min(last, (ulong)first + Math.Max(count, 1) - 1));
    }
}
