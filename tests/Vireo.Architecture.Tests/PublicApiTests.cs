using System.Reflection;

namespace Vireo.Architecture.Tests;

/// <summary>
/// The public API is a reviewed text, tests/Vireo.Architecture.Tests/PublicApi/*.txt. VIREO_ACCEPT=1 writes what is there now; the difference
/// is then part of the change under review.
/// </summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Vireo")]
    [InlineData("Vireo.Config")]
    [InlineData("Vireo.Host")]
    [InlineData("Vireo.Rpc")]
    [InlineData("Vireo.Drivers.Remote")]
    [InlineData("Vireo.Drivers.Test")]
    [InlineData("Vireo.Drivers.Qemu")]
    [InlineData("Vireo.Drivers.Bhyve")]
    [InlineData("Vireo.Drivers.Lxc")]
    [InlineData("Vireo.Cpu")]
    [InlineData("Vireo.Drivers.Vmware")]
    [InlineData("Vireo.Drivers.Xen")]
    public void Public_api_is_the_reviewed_one(string assembly)
    {
        string path = Repository.Path("tests", "Vireo.Architecture.Tests", "PublicApi", assembly + ".txt");
        string actual = string.Concat(ApiText.Of(Assembly.Load(assembly)).Select(line => line + "\n"));
        if (Environment.GetEnvironmentVariable("VIREO_ACCEPT") == "1")
            File.WriteAllText(path, actual);

        string expected = File.Exists(path) ? File.ReadAllText(path) : "";
        if (actual == expected)
            return;
        string[] now = actual.Split('\n'), then = expected.Split('\n');
        Assert.Fail($"The public API of {assembly} has changed; review, then run this test with VIREO_ACCEPT=1.\n"
            + string.Join('\n', then.Except(now).Take(40).Select(line => "- " + line).Concat(now.Except(then).Take(40).Select(line => "+ " + line))));
    }
}
