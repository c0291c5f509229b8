namespace Vireo.Daemon;

/// <summary>Why the daemon does not start; the message is for whoever started it.</summary>
internal sealed class DaemonException(string message, Exception? inner = null) : Exception(message, inner);
