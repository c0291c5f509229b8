using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Vireo.Host;

/// <summary>Turns a failed system call into VIR_ERR_SYSTEM_ERROR in libvirt's form: what was tried, then the system's own words.</summary>
public static class SystemError
{
    /// <summary>VIR_ERR_SYSTEM_ERROR for <paramref name="errno"/>.</summary>
    /// <param name="errno">The error number.</param>
    /// <param name="what">What was tried, without the reason: <c>cannot open file '/x'</c>.</param>
    /// <param name="domain">Who reports it.</param>
    /// <param name="inner">What caused it.</param>
    public static VireoException Make(int errno, string what, ErrorDomain domain = ErrorDomain.None, Exception? inner = null) =>
        VireoException.System(domain, errno, $"{what}: {Describe(errno)}", inner);

    /// <summary>VIR_ERR_SYSTEM_ERROR for the errno of the last P/Invoke of this thread.</summary>
    /// <param name="what">What was tried, without the reason.</param>
    /// <param name="domain">Who reports it.</param>
    internal static VireoException Last(string what, ErrorDomain domain = ErrorDomain.None) => Make(Marshal.GetLastPInvokeError(), what, domain);

    /// <summary>VIR_ERR_SYSTEM_ERROR for a failure the framework reported; its errno where it can be told.</summary>
    /// <param name="exception">What the framework threw.</param>
    /// <param name="what">What was tried, without the reason.</param>
    /// <param name="domain">Who reports it.</param>
    public static VireoException Make(Exception exception, string what, ErrorDomain domain = ErrorDomain.None) => exception switch
    {
        VireoException vireo => vireo,
        SocketException { NativeErrorCode: > 0 and < 4096 and var errno } => Make(errno, what, domain, exception),
        FileNotFoundException or DirectoryNotFoundException => Make(Native.Errno.NoEntry, what, domain, exception),
        UnauthorizedAccessException => Make(Native.Errno.Access, what, domain, exception),
        IOException { HResult: > 0 and < 4096 and var errno } => Make(errno, what, domain, exception),
        _ => VireoException.System(domain, Native.Errno.Io, $"{what}: {exception.Message}", exception),
    };

    /// <summary>The system's words for an errno, <c>No such file or directory</c>.</summary>
    public static string Describe(int errno) => Marshal.GetPInvokeErrorMessage(errno);
}
