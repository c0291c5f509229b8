namespace Vireo.Interop.Tests;

/// <summary>Each client says the same, and exits the same, against vireod and against libvirtd.</summary>
public sealed class SameAnswersTests(DaemonPair daemons)
{
    /// <summary>All, or those that VIREO_SESSIONS names, with commas.</summary>
    public static IEnumerable<TheoryDataRow<string>> SessionNames() =>
        (Environment.GetEnvironmentVariable("VIREO_SESSIONS")?.Split(',') ?? Sessions.All.Keys).Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(SessionNames))]
    public async Task Stock_virsh_sees_no_difference(string session) => await CompareAsync(session, DaemonKind.Vireod, "virsh");

    [Theory]
    [MemberData(nameof(SessionNames))]
    public async Task Vireo_does_the_same_as_virsh_against_libvirtd(string session) => await CompareAsync(session, DaemonKind.Libvirtd, "vireo");

    [Theory]
    [MemberData(nameof(SessionNames))]
    public async Task Vireo_against_vireod_says_what_virsh_says_against_libvirtd(string session) => await CompareAsync(session, DaemonKind.Vireod, "vireo");

    private async Task CompareAsync(string name, DaemonKind daemon, string tool)
    {
        var expected = await daemons.ReferenceAsync(name);
        var actual = await Sessions.All[name].RunAsync(await daemons.GetAsync(daemon), tool);
        string message = string.Join("\n", expected.Zip(actual)
            .Select(pair => (Expected: KnownDifferences.Apply(pair.First), Actual: KnownDifferences.Apply(pair.Second)))
            .Where(pair => pair.Expected != pair.Actual)
            .Select(pair => $"--- virsh against {DaemonKind.Libvirtd}\n{pair.Expected}\n+++ {tool} against {daemon}\n{pair.Actual}\n"));
        if (message.Length > 0)
            Assert.Fail(message);
    }
}
