namespace Vireo.Host.Native;

/// <summary>The errno numbers this code branches on (Linux, generic architecture).</summary>
internal static class Errno
{
    public const int Perm = 1;
    public const int NoEntry = 2;
    public const int NoSuchProcess = 3;
    public const int Interrupted = 4;
    public const int Io = 5;
    public const int Again = 11;
    public const int Access = 13;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int NotDirectory = 20;
    public const int Invalid = 22;
    public const int ReadOnlyFileSystem = 30;
    public const int Range = 34;
    public const int NameTooLong = 36;
    public const int NoChild = 10;
    public const int NoSpace = 28;
    public const int NoData = 61;
    public const int NotSupported = 95;
    public const int ConnectionRefused = 111;
}
