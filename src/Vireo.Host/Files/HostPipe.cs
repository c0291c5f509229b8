using Microsoft.Win32.SafeHandles;
using Vireo.Host.Events;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>Pipes to hand to other programs.</summary>
public static class HostPipe
{
    /// <summary>Waits until there is something to read in a pipe; false when it ends without.</summary>
    public static async Task<bool> HasDataAsync(SafeFileHandle read, CancellationToken cancellationToken)
    {
        const uint In = 1;
        await Poller.Shared.WaitAsync(read, Readiness.Readable, cancellationToken).ConfigureAwait(false);
        return (Libc.Ready(read, In) & In) != 0;
    }

    /// <summary>Lets a program that runs as another user open its end by its number below /proc/self/fd.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void LetOthersOpen(SafeFileHandle write)
    {
        const uint Everybody = 0b110_110_110;
        if (Libc.ChangeMode(write, Everybody) != 0)
            throw SystemError.Last("cannot set mode of a pipe");
    }

    /// <summary>Makes one that no program inherits unless it is given.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static unsafe (SafeFileHandle Read, SafeFileHandle Write) Create()
    {
        var ends = stackalloc int[2];
        return Libc.Pipe(ends, Libc.CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw SystemError.Last("cannot create a pipe");
    }
}
