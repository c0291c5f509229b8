namespace Vireo.Cli.Parsing;

/// <summary>A command failed: what it wanted to do, then why.</summary>
internal sealed class CommandException(string message, Exception? reason = null) : Exception(message, reason);
