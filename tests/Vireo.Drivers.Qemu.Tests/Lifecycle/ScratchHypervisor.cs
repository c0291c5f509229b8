using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.State;
using Vireo.Host;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>A root of its own with real QEMU under it. What still runs at the end is ended.</summary>
internal sealed class ScratchHypervisor : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, HostProcess> _seen = new();
    private ILogger _log = NullLogger.Instance;
    private QemuSettings _settings = new();

    private ScratchHypervisor(string root)
    {
        Root = root;
        Paths = VireoPaths.UnderRoot(root);
    }

    public string Root { get; }

    public VireoPaths Paths { get; }

    public QemuHypervisor Hypervisor { get; private set; } = null!;

    public QemuConnection Connection { get; private set; } = null!;

    public ConcurrentQueue<(string Domain, DomainEventType Type, int Detail)> Events { get; } = new();

    public static async Task<ScratchHypervisor> StartAsync(ILogger? log = null, QemuSettings? settings = null)
    {
        Assert.SkipUnless(File.Exists(EmulatorTargets.For(null)), "QEMU is not installed");
        var scratch = new ScratchHypervisor(Directory.CreateTempSubdirectory("vireo-").FullName) { _log = log ?? NullLogger.Instance, _settings = settings ?? new QemuSettings() };
        await scratch.OpenAsync();
        return scratch;
    }

    /// <summary>Lets go as a daemon that ends, and starts anew.</summary>
    public async Task RestartAsync(Func<Task>? meanwhile = null)
    {
        Remember();
        await Hypervisor.DisposeAsync();
        if (meanwhile is not null)
        {
            await meanwhile();
        }

        await OpenAsync();
    }

    public async Task<DomainRef> DefineAsync(string name, string devices = "") => await Connection.DomainDefineXmlAsync(Document(name, devices), default);

    public static string Document(string name, string devices = "") =>
        $"<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><os><type arch='x86_64' machine='pc'>hvm</type></os><devices>{devices}</devices></domain>";

    public QemuDomain Domain(DomainRef reference) => Hypervisor.Domains.Find(reference.Uuid)!;

    public int Pid(DomainRef reference)
    {
        Remember();
        return Domain(reference).Process!.Host.Pid;
    }

    /// <summary>Waits for a state; the deadline only bounds a failure.</summary>
    public async Task StateAsync(DomainRef reference, DomainState state)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Domain(reference).View.State != state)
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Remember();
        await Hypervisor.DisposeAsync();
        foreach (var process in _seen.Values)
        {
            process.Kill(Signals.Kill);
            process.Dispose();
        }

        foreach (var run in Directory.EnumerateDirectories(Paths.QemuLibrary, "domain-*"))
        {
            await RunServants.EndAllAsync(run);
        }

        Directory.Delete(Root, recursive: true);
    }

    private async Task OpenAsync()
    {
        Hypervisor = await QemuDriver.StartAsync(Paths, new GuestBuilder(new QemuCapabilitiesCache(Paths.QemuCapabilities), Paths.QemuNvram), _log, _settings, default);
        Connection = new QemuConnection(Hypervisor, "qemu:///system");
        Hypervisor.Events.Subscribe((int)DomainEventID.Lifecycle, null, e =>
        {
            var happened = (DomainLifecycleEvent)e;
            Events.Enqueue((happened.Domain.Name, (DomainEventType)happened.Event, happened.Detail));
        });
    }

    private void Remember()
    {
        foreach (var domain in Hypervisor.Domains.All)
        {
            if (domain.Process is { } process && !_seen.ContainsKey(process.Host.Pid) && HostProcess.Attach(process.Host.Identity) is { } held)
            {
                _seen[held.Pid] = held;
            }
        }
    }
}
