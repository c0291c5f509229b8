using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>The threads of a running guest, by what they do.</summary>
/// <param name="process">The process.</param>
/// <param name="vcpus">Those of virtual processors, by number.</param>
/// <param name="iothreads">The I/O threads, by number.</param>
internal sealed class GuestThreads(QemuProcess process, IReadOnlyDictionary<int, int> vcpus, IReadOnlyDictionary<int, int> iothreads)
{
    private const string IothreadPrefix = "iothread";

    /// <summary>Those of virtual processors, by number.</summary>
    public IReadOnlyDictionary<int, int> Vcpus { get; } = vcpus;

    /// <summary>The I/O threads, by number.</summary>
    public IReadOnlyDictionary<int, int> Iothreads { get; } = iothreads;

    /// <summary>All others: the main loop and what it has made.</summary>
    public IEnumerable<int> Emulator => Affinity.Threads(process.Host.Pid).Except(Vcpus.Values).Except(Iothreads.Values);

    /// <summary>Asks the hypervisor.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_TIMEOUT: it does not answer.</exception>
    public static async Task<GuestThreads> OfAsync(QemuProcess process, CancellationToken cancellationToken)
    {
        var batch = new QmpBatch();
        var cpus = batch.Add(Qmp.QueryCpusFast);
        var iothreads = batch.Add(Qmp.QueryIothreads);
        await process.Monitor.ExecuteAsync(batch, QmpMonitor.DefaultDeadline, cancellationToken).ConfigureAwait(false);
        return new(
            process,
            cpus().ToDictionary(static cpu => cpu.Index, static cpu => cpu.ThreadId),
            iothreads().Where(static thread => thread.Id.StartsWith(IothreadPrefix, StringComparison.Ordinal)).ToDictionary(static thread => NumberOf(thread), static thread => thread.ThreadId));
    }

    /// <summary>Says where a thread may run.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: none of the processors is switched on.</exception>
    public static void Pin(int thread, NumberSet processors)
    {
        try
        {
            Affinity.Set(thread, processors.ToMap(processors.Max / 8 + 1));
        }
        catch (IOException e)
        {
            throw SystemError.Make(e, $"cannot set CPU affinity on process {thread}", ErrorDomain.None);
        }
    }

    /// <summary>Says where the threads of the emulator may run; those they make later inherit it.</summary>
    /// <inheritdoc cref="Pin"/>
    public void PinEmulator(NumberSet processors)
    {
        foreach (var thread in Emulator)
        {
            try
            {
                Affinity.Set(thread, processors.ToMap(processors.Max / 8 + 1));
            }
            catch (IOException) when (!Affinity.Threads(process.Host.Pid).Contains(thread))
            {
                // A worker has ended meanwhile.
            }
            catch (IOException e)
            {
                throw SystemError.Make(e, $"cannot set CPU affinity on process {thread}", ErrorDomain.None);
            }
        }
    }

    private static int NumberOf(QmpIothread thread) =>
        int.TryParse(thread.Id.AsSpan(IothreadPrefix.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : -1;
}
