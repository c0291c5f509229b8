namespace Vireo.Host.Native;

/// <summary>The system calls used, split by subject over the files of this folder. Raw: callers turn -1 into errors.</summary>
internal static unsafe partial class Libc
{
    // The exact name: plain "libc" may find a linker script where the development files are installed.
    private const string Library = "libc.so.6";
}
