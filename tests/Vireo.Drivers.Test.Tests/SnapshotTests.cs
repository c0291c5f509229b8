namespace Vireo.Drivers.Test.Tests;

public sealed class SnapshotTests : IAsyncLifetime
{
    private Connection _connection = null!;
    private Domain _domain = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = await Connection.OpenAsync(new DriverRegistry(new TestDriver()), "test:///default");
        _domain = await _connection.GetDomainAsync("test");
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task Snapshots_form_a_tree_with_a_current_one()
    {
        await Take("s1");
        await Take("s2");
        await (await _domain.GetSnapshotAsync("s1")).RevertAsync();
        await Take("s3");

        (await (await _domain.GetSnapshotAsync("s3")).GetParentAsync()).Name.ShouldBe("s1");
        (await (await _domain.GetSnapshotAsync("s1")).ListChildrenAsync()).Select(s => s.Name).ShouldBe(["s2", "s3"]);
        (await _domain.GetCurrentSnapshotAsync()).Name.ShouldBe("s3");
        (await _domain.ListSnapshotsAsync(DomainSnapshotListFlags.Roots)).Select(s => s.Name).ShouldBe(["s1"]);
    }

    [Fact]
    public async Task Reverting_brings_the_definition_and_the_state_back()
    {
        await _domain.SuspendAsync();
        await Take("paused");
        await _domain.DestroyAsync();
        await _connection.DefineDomainAsync((await _domain.GetXmlAsync()).Replace("<vcpu placement='static'>2</vcpu>", "<vcpu placement='static'>7</vcpu>"));

        await (await _domain.GetSnapshotAsync("paused")).RevertAsync();

        (await _domain.GetStateAsync()).ShouldBe((DomainState.Paused, (int)DomainPausedReason.FromSnapshot));
        (await _domain.GetXmlAsync()).ShouldContain("<vcpu placement='static'>2</vcpu>");
    }

    [Fact]
    public async Task Deleting_moves_the_children_up_and_the_current_mark_down()
    {
        await Take("s1");
        await Take("s2");
        await Take("s3");

        await (await _domain.GetSnapshotAsync("s2")).DeleteAsync();
        (await (await _domain.GetSnapshotAsync("s3")).GetParentAsync()).Name.ShouldBe("s1");

        await (await _domain.GetSnapshotAsync("s1")).DeleteAsync(DomainSnapshotDeleteFlags.ChildrenOnly);
        (await _domain.ListSnapshotsAsync()).Select(s => s.Name).ShouldBe(["s1"]);
        (await _domain.GetCurrentSnapshotAsync()).Name.ShouldBe("s1");
    }

    [Fact]
    public async Task A_domain_with_snapshots_is_not_forgotten_by_accident()
    {
        await Take("s1");
        await _domain.DestroyAsync();

        (await Should.ThrowAsync<VireoException>(async () => await _domain.UndefineAsync())).Code.ShouldBe(ErrorCode.OperationInvalid);
        await _domain.UndefineAsync(DomainUndefineFlags.SnapshotsMetadata);
    }

    [Fact]
    public async Task A_taken_name_is_refused()
    {
        await Take("s1");

        (await Should.ThrowAsync<VireoException>(async () => await Take("s1"))).Message.ShouldBe("operation failed: domain moment s1 already exists");
    }

    [Fact]
    public async Task A_snapshot_can_be_redefined_into_the_tree()
    {
        await Take("s1");
        await _domain.CreateSnapshotAsync(
            "<domainsnapshot><name>old</name><state>shutoff</state><creationTime>1</creationTime><parent><name>s1</name></parent></domainsnapshot>",
            DomainSnapshotCreateFlags.Redefine | DomainSnapshotCreateFlags.Current);

        (await _domain.GetCurrentSnapshotAsync()).Name.ShouldBe("old");
        (await _domain.ListSnapshotsAsync(DomainSnapshotListFlags.Inactive)).Select(s => s.Name).ShouldBe(["old"]);
    }

    [Fact]
    public async Task Two_end_states_exclude_each_other()
    {
        await Take("s1");

        var error = await Should.ThrowAsync<VireoException>(async () =>
            await (await _domain.GetSnapshotAsync("s1")).RevertAsync(DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Paused));
        error.Code.ShouldBe(ErrorCode.InvalidArg);
    }

    private ValueTask<DomainSnapshot> Take(string name) => _domain.CreateSnapshotAsync($"<domainsnapshot><name>{name}</name></domainsnapshot>");
}
