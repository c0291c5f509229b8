using Vireo.Drivers;
using Vireo.Drivers.Test;

namespace Vireo.Cli.Tests;

/// <summary>One run of the tool inside the test's process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    public static async Task<ToolRun> OfAsync(params string[] arguments)
    {
        var output = new StringWriter();
        var errors = new StringWriter();
        var code = await Program.RunAsync(arguments, new DriverRegistry(new TestDriver()), output, errors);
        return new ToolRun(code, output.ToString(), errors.ToString());
    }

    public static Task<ToolRun> OnTestAsync(params string[] arguments) => OfAsync(["-c", "test:///default", .. arguments]);
}
