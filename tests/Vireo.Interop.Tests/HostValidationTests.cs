using System.Text.RegularExpressions;

namespace Vireo.Interop.Tests;

/// <summary>The tool finds of this host what virt-host-validate finds; what it advises is its own.</summary>
public sealed class HostValidationTests
{
    [Theory]
    [InlineData("")]
    [InlineData("qemu")]
    [InlineData("lxc")]
    [InlineData("none")]
    public async Task Finds_the_same_as_virt_host_validate(string hypervisor)
    {
        string[] arguments = hypervisor.Length == 0 ? [] : [hypervisor];
        var expected = await ProgramRun.ExecuteAsync("/usr/bin/virt-host-validate", arguments);
        var actual = await ProgramRun.ExecuteAsync(Repository.Program("vireo"), ["host-validate", .. arguments]);

        Findings(actual.Output).ShouldBe(Findings(expected.Output));
        actual.ExitCode.ShouldBe(expected.ExitCode);
    }

    private static string Findings(string text) => Regex.Replace(text, @" \(.*\)$", "", RegexOptions.Multiline).Trim();
}
