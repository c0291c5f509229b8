using Microsoft.Extensions.Logging;
using Vireo;
using Vireo.Daemon;

DaemonArguments arguments;
try
{
    arguments = DaemonArguments.Parse(args);
}
catch (DaemonException e)
{
    Console.Error.WriteLine($"vireod: {e.Message}");
    return 2;
}

if (arguments.Help || arguments.Version)
{
    Console.Out.WriteLine(arguments.Help ? DaemonArguments.Usage : $"vireod {typeof(Program).Assembly.GetName().Version?.ToString(3)}");
    return 0;
}

using var log = new StderrLogger(arguments.Verbose ? LogLevel.Debug : LogLevel.Information);
try
{
    await new DaemonHost(arguments, log).RunAsync().ConfigureAwait(false);
    return 0;
}
catch (Exception e) when (e is DaemonException or VireoException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"vireod: {e.Message}");
    return 1;
}
