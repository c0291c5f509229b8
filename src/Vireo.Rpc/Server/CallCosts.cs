using System.Diagnostics;

namespace Vireo.Rpc.Server;

/// <summary>
/// How long calls hold their thread, by procedure. Those that only look at memory run where they were read; one that turns out slow
/// is moved to the pool, so that it never keeps the sockets of others waiting, until it has been quick there for a while.
/// </summary>
internal sealed class CallCosts
{
    private const int Procedures = 512;
    private const long SlowMicroseconds = 100;

    private static readonly long TicksPerMicrosecond = Math.Max(1, Stopwatch.Frequency / 1_000_000);

    private readonly long[] _average = new long[Procedures];

    public bool IsQuick(int procedure) => (uint)procedure < Procedures && Volatile.Read(ref _average[procedure]) < SlowMicroseconds * TicksPerMicrosecond;

    public void Note(int procedure, long started)
    {
        if ((uint)procedure >= Procedures) return;
        long took = Stopwatch.GetTimestamp() - started;
        long average = Volatile.Read(ref _average[procedure]);
        Volatile.Write(ref _average[procedure], average + ((took - average) / 8));
    }
}
