using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Vireo.Cli.Tests.Commands;

/// <summary>The same line given to the installed virsh and to ours.</summary>
public sealed partial class SideBySideTests
{
    private const string Virsh = "/usr/bin/virsh";

    [Theory]
    [InlineData("list --all --title")]
    [InlineData("list --table --name")]
    [InlineData("dumpxml test")]
    [InlineData("dumpxml test --inactive --security-info")]
    [InlineData("dumpxml test --xpath //name --wrap")]
    [InlineData("vcpucount test")]
    [InlineData("nodeinfo")]
    [InlineData("version --daemon")]
    [InlineData("event --list")]
    [InlineData("domiflist test")]
    [InlineData("domdisplay test")]
    [InlineData("autostart test; autostart test --disable")]
    [InlineData("define /nofile")]
    [InlineData("undefine test --nvram --keep-nvram")]
    [InlineData("domrename test x")]
    [InlineData("suspend test; domstate test --reason; resume test; domstate test --reason; shutdown test; domstate test --reason; undefine test; list --all")]
    [InlineData("snapshot-create-as test s1 d1; snapshot-create-as test s2; snapshot-list test --parent; snapshot-info test s2; snapshot-dumpxml test s1; snapshot-parent test s1; snapshot-delete test s1; snapshot-list test --tree")]
    [InlineData("snapshot-create-as test a; snapshot-create-as test b; snapshot-revert test a; snapshot-create-as test c; snapshot-list test --from a --tree; snapshot-current test --name")]
    [InlineData("echo --shell 'a b' \"c'd\"; echo --split a,b,,c d; echo --xml '<&>'")]
    [InlineData("help nope")]
    [InlineData("list --nope")]
    [InlineData("setmem test 12x")]
    public async Task Output_errors_and_exit_code_are_the_same(string line)
    {
        if (!File.Exists(Virsh))
        {
            Assert.Skip("virsh is not installed");
        }
        var theirs = await VirshAsync(line);
        var ours = await ToolRun.OnTestAsync(line);
        Masked(ours.Output).ShouldBe(Masked(theirs.Output));
        ours.Errors.ShouldBe(theirs.Errors);
        ours.ExitCode.ShouldBe(theirs.ExitCode);
    }

    private static async Task<ToolRun> VirshAsync(string line)
    {
        var start = new ProcessStartInfo(Virsh) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("test:///default");
        start.ArgumentList.Add(line);
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ToolRun(process.ExitCode, await output, await errors);
    }

    private static string Masked(string text) => Times().Replace(text, "TIME");

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|(?<=<creationTime>)\d+|(?<=snapshot )\d{9,}")]
    private static partial Regex Times();
}
