using Vireo.Cli.Shell;
using Vireo.Drivers;
using Vireo.Drivers.Test;

namespace Vireo.Cli.Tests.Shell;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("snapshot-cr", "snapshot-create snapshot-create-as")]
    [InlineData("dominfo ", "test")]
    [InlineData("dominfo te", "test")]
    [InlineData("dominfo x", "")]
    [InlineData("start ", "")]
    [InlineData("dominfo --domain ", "test")]
    [InlineData("dominfo --domain=t", "--domain=test")]
    [InlineData("snapshot-revert test --al", "--allow-respawn")]
    [InlineData("snapshot-revert test --allow-respawn --al", "")]
    [InlineData("list; domst", "domstate domstats")]
    [InlineData("shutdown test --mode a", "acpi agent")]
    [InlineData("event --event life", "lifecycle")]
    [InlineData("nope ", "")]
    public async Task What_could_follow(string line, string expected)
    {
        await using var session = new Session(new DriverRegistry(new TestDriver()), TextWriter.Null, TextWriter.Null) { Uri = "test:///default" };
        var candidates = await new Completion(session).CandidatesAsync(LineEditor.Words(line), TestContext.Current.CancellationToken);
        candidates.ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Names_of_snapshots_follow_their_domain()
    {
        await using var session = new Session(new DriverRegistry(new TestDriver()), TextWriter.Null, TextWriter.Null) { Uri = "test:///default" };
        var connection = await session.ConnectionAsync(TestContext.Current.CancellationToken);
        var domain = await connection.GetDomainAsync("test", TestContext.Current.CancellationToken);
        await domain.CreateSnapshotAsync("<domainsnapshot><name>before</name></domainsnapshot>", 0, TestContext.Current.CancellationToken);
        (await new Completion(session).CandidatesAsync(["snapshot-revert", "test", "be"], TestContext.Current.CancellationToken)).ShouldBe(["before"]);
    }
}
