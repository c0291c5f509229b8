namespace Vireo.Cli.Parsing;

/// <summary>The command line itself is wrong; nothing has been run.</summary>
internal sealed class UsageException(string message) : Exception(message);
