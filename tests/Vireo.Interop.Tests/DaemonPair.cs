[assembly: CollectionBehavior(DisableTestParallelization = true)] // lists show what other tests define
[assembly: AssemblyFixture(typeof(Vireo.Interop.Tests.DaemonPair))]

namespace Vireo.Interop.Tests;

/// <summary>A stock libvirtd and a vireod, shared by all tests of the assembly and started when first asked for; each session uses domains of its own name.</summary>
public sealed class DaemonPair : IAsyncLifetime
{
    private readonly Dictionary<DaemonKind, Lazy<Task<ScratchDaemon>>> _daemons =
        Enum.GetValues<DaemonKind>().ToDictionary(kind => kind, kind => new Lazy<Task<ScratchDaemon>>(() => StartAsync(kind)));

    private readonly Dictionary<string, IReadOnlyList<string>> _references = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The daemon of a kind, running.</summary>
    public Task<ScratchDaemon> GetAsync(DaemonKind kind) => _daemons[kind].Value;

    /// <summary>What stock virsh says in a session against libvirtd: it is run once, and all others are held against it.</summary>
    public async Task<IReadOnlyList<string>> ReferenceAsync(string session) =>
        _references.TryGetValue(session, out var said) ? said : _references[session] = await Sessions.All[session].RunAsync(await GetAsync(DaemonKind.Libvirtd), "virsh");

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons.Values.Where(daemon => daemon.IsValueCreated && daemon.Value.IsCompletedSuccessfully))
            await (await daemon.Value).DisposeAsync();
    }

    private static async Task<ScratchDaemon> StartAsync(DaemonKind kind)
    {
        var daemon = ScratchDaemon.Of(kind);
        try
        {
            await daemon.StartAsync();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }
}
