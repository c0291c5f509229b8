using Microsoft.Extensions.Logging;

namespace Vireo.Rpc.Server;

/// <summary>What the server tells the log.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Debug, "client {Client} connected{ReadOnly}: process {Process}, user {User}")]
    public static partial void Connected(ILogger logger, long client, string readOnly, int process, uint user);

    [LoggerMessage(2, LogLevel.Debug, "client {Client} is gone: {Reason}")]
    public static partial void Gone(ILogger logger, long client, string reason);

    [LoggerMessage(3, LogLevel.Warning, "client {Client} is disconnected: {Reason}")]
    public static partial void Disconnected(ILogger logger, long client, string reason);

    [LoggerMessage(4, LogLevel.Error, "procedure {Procedure} of program 0x{Program:x} failed in a way nobody foresaw")]
    public static partial void Unforeseen(ILogger logger, int procedure, uint program, Exception error);

    [LoggerMessage(5, LogLevel.Error, "cannot accept a client: errno {Errno}")]
    public static partial void AcceptFailed(ILogger logger, int errno);

    [LoggerMessage(6, LogLevel.Debug, "client {Client}: procedure {Procedure} of program 0x{Program:x} refused: {Reason}")]
    public static partial void Refused(ILogger logger, long client, int procedure, uint program, string reason);

    [LoggerMessage(7, LogLevel.Warning, "cannot tell {Path} which calls were answered: {Reason}")]
    public static partial void Unrecorded(ILogger logger, string path, string reason);
}
