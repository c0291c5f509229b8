namespace Vireo.Interop.Tests;

/// <summary>Each client says the same, and exits the same, against vireod and against libvirtd.</summary>
public sealed class SameAnswersTests(DaemonPair daemons)
{
    /// <summary>All, or those that VIREO_SESSIONS names, with commas.</summary>
    public static IEnumerable<TheoryDataRow<string>> SessionNames() =>
        (Environment.GetEnvironmentVariable("VIREO_SESSIONS")?.Split(',') ?? Sessions.All.Keys).Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(SessionNames))]
    public async Task Stock_virsh_sees_no_difference(string session) => await CompareAsync(session, (DaemonKind.Libvirtd, "virsh"), (DaemonKind.Vireod, "virsh"));

    [Theory]
    [MemberData(nameof(SessionNames))]
    public async Task Vireo_does_the_same_as_virsh_against_libvirtd(string session) => await CompareAsync(session, (DaemonKind.Libvirtd, "virsh"), (DaemonKind.Libvirtd, "vireo"));

    [Theory]
    [MemberData(nameof(SessionNames))]
    public async Task Vireo_against_vireod_says_what_virsh_says_against_libvirtd(string session) =>
        await CompareAsync(session, (DaemonKind.Libvirtd, "virsh"), (DaemonKind.Vireod, "vireo"));

    private async Task CompareAsync(string name, (DaemonKind Daemon, string Tool) reference, (DaemonKind Daemon, string Tool) tested)
    {
        var session = Sessions.All[name];
        var expected = await session.RunAsync(await daemons.GetAsync(reference.Daemon), reference.Tool);
        var actual = await session.RunAsync(await daemons.GetAsync(tested.Daemon), tested.Tool);
        string message = string.Join("\n", expected.Zip(actual)
            .Select(pair => (Expected: KnownDifferences.Apply(pair.First), Actual: KnownDifferences.Apply(pair.Second)))
            .Where(pair => pair.Expected != pair.Actual)
            .Select(pair => $"--- {reference.Tool} against {reference.Daemon}\n{pair.Expected}\n+++ {tested.Tool} against {tested.Daemon}\n{pair.Actual}\n"));
        if (message.Length > 0)
            Assert.Fail(message);
    }
}
