using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>Files that this process was given open by whoever started it.</summary>
public static class InheritedDescriptor
{
    /// <summary>Another descriptor of the same open file, not handed on to programs started from here.</summary>
    /// <param name="number">The descriptor's number.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is none.</exception>
    public static SafeFileHandle Duplicate(int number)
    {
        using var given = new SafeFileHandle(number, ownsHandle: false);
        var copy = Libc.Control(given, Libc.DupFdCloseOnExec, 0);
        return copy >= 0 ? new SafeFileHandle(copy, ownsHandle: true) : throw SystemError.Last($"Cannot duplicate FD {number}");
    }
}
