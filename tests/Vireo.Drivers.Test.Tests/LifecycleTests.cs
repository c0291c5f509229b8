namespace Vireo.Drivers.Test.Tests;

public sealed class LifecycleTests : IAsyncLifetime
{
    private readonly List<string> _events = [];
    private Connection _connection = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = await Connection.OpenAsync(new DriverRegistry(new TestDriver()), "test:///default");
        await _connection.SubscribeAsync(DomainEventID.Lifecycle, e => _events.Add($"{e.Domain.Name}:{(DomainEventType)((DomainLifecycleEvent)e).Event}:{((DomainLifecycleEvent)e).Detail}"));
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task The_default_host_has_one_running_domain()
    {
        var domain = (await _connection.ListDomainsAsync()).ShouldHaveSingleItem();

        domain.Name.ShouldBe("test");
        domain.Id.ShouldBe(1);
        domain.Uuid.ShouldBe(Guid.Parse("6695eb01-f6a4-8304-79aa-97f2502e193f"));
        (await domain.GetStateAsync()).State.ShouldBe(DomainState.Running);
    }

    [Fact]
    public async Task A_life_from_definition_to_the_end_tells_its_events()
    {
        var domain = await _connection.DefineDomainAsync("<domain type='test'><name>a</name><memory>1024</memory><os><type>hvm</type></os></domain>");
        await domain.StartAsync(DomainCreateFlags.StartPaused);
        await domain.ResumeAsync();
        await domain.SuspendAsync();
        await domain.DestroyAsync();
        await domain.UndefineAsync();

        _events.ShouldBe(["a:Defined:0", "a:Started:0", "a:Suspended:0", "a:Resumed:0", "a:Suspended:0", "a:Stopped:1", "a:Undefined:0"]);
        (await Should.ThrowAsync<VireoException>(async () => await _connection.GetDomainAsync("a"))).Code.ShouldBe(ErrorCode.NoDomain);
    }

    [Fact]
    public async Task A_transient_domain_is_gone_when_it_stops()
    {
        var domain = await _connection.CreateDomainAsync("<domain type='test'><name>t</name><memory>1024</memory><os><type>hvm</type></os></domain>");
        (await domain.IsPersistentAsync()).ShouldBeFalse();

        await domain.DestroyAsync();

        (await Should.ThrowAsync<VireoException>(async () => await domain.GetStateAsync())).Code.ShouldBe(ErrorCode.NoDomain);
    }

    [Fact]
    public async Task An_undefined_running_domain_becomes_transient()
    {
        var domain = await _connection.GetDomainAsync("test");

        await domain.UndefineAsync();

        (await domain.IsPersistentAsync()).ShouldBeFalse();
        (await domain.IsActiveAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Another_hypervisors_document_is_refused() =>
        (await Should.ThrowAsync<VireoException>(async () => await _connection.DefineDomainAsync("<domain type='qemu'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>")))
            .Code.ShouldBe(ErrorCode.ConfigUnsupported);

    [Fact]
    public async Task A_taken_name_is_refused()
    {
        var error = await Should.ThrowAsync<VireoException>(async () =>
            await _connection.DefineDomainAsync("<domain type='test'><name>test</name><uuid>11111111-2222-3333-4444-555555555555</uuid><memory>1</memory><os><type>hvm</type></os></domain>"));

        error.Message.ShouldBe("operation failed: domain 'test' already exists with uuid 6695eb01-f6a4-8304-79aa-97f2502e193f");
    }

    [Fact]
    public async Task Starting_what_runs_is_refused() =>
        (await Should.ThrowAsync<VireoException>(async () => await (await _connection.GetDomainAsync("test")).StartAsync())).Code.ShouldBe(ErrorCode.OperationInvalid);

    [Fact]
    public async Task The_filters_of_the_list_work()
    {
        await _connection.DefineDomainAsync("<domain type='test'><name>off</name><memory>1024</memory><os><type>hvm</type></os></domain>");

        (await _connection.ListDomainsAsync(ConnectListAllDomainsFlags.Inactive)).Select(d => d.Name).ShouldBe(["off"]);
        (await _connection.ListDomainsAsync(ConnectListAllDomainsFlags.Active)).Select(d => d.Name).ShouldBe(["test"]);
        (await _connection.ListDomainsAsync(ConnectListAllDomainsFlags.HasSnapshot)).ShouldBeEmpty();
    }
}
