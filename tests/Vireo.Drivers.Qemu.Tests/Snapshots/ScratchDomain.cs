using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>A domain made of real images, real documents and, when started, a real QEMU, with no daemon around it.</summary>
internal sealed class ScratchDomain : ISnapshotDomain, IAsyncDisposable
{
    private readonly TemporaryDirectory _dir;

    private ScratchDomain(TemporaryDirectory dir, DomainConfig config)
    {
        _dir = dir;
        Persistent = config;
    }

    public Guid Uuid { get; } = Guid.Parse("11111111-2222-3333-4444-555555555555");

    public string Name => "vm1";

    public bool IsPersistent => true;

    public DomainConfig? Live { get; private set; }

    public DomainConfig? Persistent { get; private set; }

    public DomainState State { get; private set; } = DomainState.Shutoff;

    public LiveDisks? Disks { get; private set; }

    public RealQemu? Qemu { get; private set; }

    public ProcessIdentity? Process => Qemu?.Identity;

    public bool HasCheckpoints => false;

    public (uint User, uint Group)? ImageOwner => null;

    public List<string> Happened { get; } = [];

    public List<JobProgress> Progress { get; } = [];

    public bool RefuseReplacement { get; set; }

    /// <summary>Called when the guest stands still.</summary>
    public Action? Pausing { get; set; }

    /// <summary>The state that the last new process's TPM found.</summary>
    public string? TpmAtStart { get; private set; }

    public string? RefuseLoad { get; set; }

    public bool RefuseFreeze { get; set; }

    public bool RefuseThaw { get; set; }

    private string PersistentPath => _dir["etc/vm1.xml"];

    private string LivePath => _dir["run/vm1.xml"];

    /// <summary>What the only file of the TPM's state holds; the tests play the emulator.</summary>
    public string TpmState
    {
        get => File.ReadAllText(_dir["tpm/tpm2/tpm2-00.permall"]);
        set
        {
            Directory.CreateDirectory(_dir["tpm/tpm2"]);
            File.WriteAllText(_dir["tpm/tpm2/tpm2-00.permall"], value);
        }
    }

    public static ScratchDomain Define(TemporaryDirectory dir, int disks, bool tpm = false)
    {
        Directory.CreateDirectory(dir["etc"]);
        Directory.CreateDirectory(dir["run"]);
        Directory.CreateDirectory(dir["img"]);
        var xml = "<domain type='qemu'><name>vm1</name><uuid>11111111-2222-3333-4444-555555555555</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os><devices>";
        for (var i = 0; i < disks; i++)
        {
            var target = $"vd{(char)('a' + i)}";
            TemporaryDirectory.QemuImg("create", "-q", "-f", "qcow2", dir[$"img/{target}.qcow2"], "16M");
            xml += $"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{dir[$"img/{target}.qcow2"]}'/><target dev='{target}' bus='virtio'/></disk>";
        }

        var domain = new ScratchDomain(dir, DomainConfig.Parse(xml + (tpm ? "<tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>" : "") + "</devices></domain>"));
        File.WriteAllText(domain.PersistentPath, domain.Persistent!.ToXml());
        return domain;
    }

    public static ScratchDomain Load(TemporaryDirectory dir) => new(dir, DomainConfig.Parse(File.ReadAllText(dir["etc/vm1.xml"])));

    public static async Task<ScratchDomain> StartAsync(TemporaryDirectory dir, int disks, bool tpm = false)
    {
        var domain = Define(dir, disks, tpm);
        await domain.StartAsync();
        return domain;
    }

    public async Task StartAsync()
    {
        Disks = Open(Persistent!);
        Qemu = await RealQemu.StartAsync(_dir.Root, Disks);
        Live = Persistent;
        await ExecuteAsync("cont", null, CancellationToken.None);
        State = DomainState.Running;
        File.WriteAllText(LivePath, Live!.ToXml());
    }

    /// <summary>What a daemon that died and came back would know: what is on disk.</summary>
    public void Reload()
    {
        Persistent = DomainConfig.Parse(File.ReadAllText(PersistentPath));
        if (Live is not null)
        {
            Live = DomainConfig.Parse(File.ReadAllText(LivePath));
        }
    }

    public IReadOnlyList<DocumentChange> DocumentChanges(DomainConfig? live, DomainConfig? persistent, LiveDisks? disks) =>
    [
        new DocumentChange(PersistentPath, Persistent!.ToXml(), persistent!.ToXml()),
        .. Live is null && live is null ? Array.Empty<DocumentChange>() : [new DocumentChange(LivePath, Live?.ToXml(), live?.ToXml())],
    ];

    public void Adopt(DomainConfig? live, DomainConfig? persistent, LiveDisks? disks) => (Live, Persistent, Disks) = (live, persistent, disks);

    public async ValueTask PlaceAsync(Action place) => await Task.Run(place);

    public ValueTask ClaimAsync(LiveDisks disks, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void SaveStatusSoon()
    {
    }

    public async ValueTask<JsonElement> ExecuteAsync(string command, string? argumentsJson, CancellationToken cancellationToken) =>
        await Qemu!.Monitor.ExecuteAsync(new QmpCommand(command, argumentsJson), cancellationToken);

    public HeldCommand Hold(string command, string argumentsJson) => Qemu!.Monitor.Hold(new QmpCommand(command, argumentsJson));

    public async ValueTask PauseAsync(DomainPausedReason reason, CancellationToken cancellationToken)
    {
        await ExecuteAsync("stop", null, cancellationToken);
        State = DomainState.Paused;
        Pausing?.Invoke();
        Happened.Add($"paused {reason}");
    }

    public async ValueTask ResumeAsync(DomainRunningReason reason, CancellationToken cancellationToken)
    {
        await ExecuteAsync("cont", null, cancellationToken);
        State = DomainState.Running;
        Happened.Add($"running {reason}");
    }

    public async ValueTask SaveMemoryAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        // The daemon passes the file; here a child of QEMU appends to it.
        var path = File.ResolveLinkTarget($"/proc/self/fd/{file.DangerousGetHandle()}", false)!.FullName;
        await ExecuteAsync("migrate", $$"""{"uri":"exec:cat >> {{path}}"}""", cancellationToken);
        await Until("query-migrate", a => a.GetProperty("status").GetString() switch
        {
            "completed" => true,
            "failed" => throw VireoException.OperationFailed(ErrorDomain.Qemu, "migration failed"),
            _ => false,
        });
    }

    public async ValueTask RunJobAsync(StateJob job)
    {
        if (job.Kind == StateJobKind.Load && job.Tag == RefuseLoad)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"snapshot-load of '{job.Tag}' failed");
        }

        await job.RunAsync(Qemu!.Monitor, Disks!);
    }

    public ValueTask<DomainConfig> CompleteAsync(DomainConfig config, CancellationToken cancellationToken) => ValueTask.FromResult(config);

    public void TellReverted(bool memory) => Happened.Add("reverted");

    public void Progressed(JobProgress progress) => Progress.Add(progress);

    public ValueTask MergeAsync(PlannedMerge merge, Action<double> progress, CancellationToken cancellationToken) => throw new NotSupportedException("live merges are tested with the daemon");

    public ValueTask FreezeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Happened.Add("freeze");
        return RefuseFreeze ? throw new VireoException(ErrorCode.AgentUnresponsive, ErrorDomain.Qemu, "QEMU guest agent is not connected") : ValueTask.CompletedTask;
    }

    public ValueTask ThawAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Happened.Add("thaw");
        return RefuseThaw ? throw new VireoException(ErrorCode.AgentUnresponsive, ErrorDomain.Qemu, "Guest agent not available for now") : ValueTask.CompletedTask;
    }

    public async ValueTask StopAsync(DomainShutoffReason reason, CancellationToken cancellationToken)
    {
        await Qemu!.DisposeAsync();
        (Qemu, Live, Disks, State) = (null, null, null, DomainState.Shutoff);
        File.Delete(LivePath);
        Happened.Add($"stopped {reason}");
    }

    public IReadOnlyCollection<FileIdentity> ImagesOfOtherDomains() => [];

    public string? VariablesOf(DomainConfig config) => Vireo.Drivers.Qemu.CommandLine.FirmwareVariables.PathOf(config.Os);

    public DomainConfig WithFirmware(DomainConfig config) => config;

    public string? TpmStateOf(DomainConfig config) => config.Devices.Tpms.IsEmpty ? null : _dir["tpm/tpm2"];

    public async ValueTask<IReplacementProcess> StartReplacementAsync(DomainConfig config, SafeFileHandle? memory, CancellationToken cancellationToken)
    {
        TpmAtStart = config.Devices.Tpms.IsEmpty ? null : TpmState;
        if (RefuseReplacement)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, "process exited while connecting to monitor");
        }

        var disks = Open(config);
        string? incoming = null;
        if (memory is not null)
        {
            var path = File.ResolveLinkTarget($"/proc/self/fd/{memory.DangerousGetHandle()}", false)!.FullName;
            incoming = $"exec:tail -c +{SaveImage.Read(memory).StreamOffset + 1} {path}";
        }

        var qemu = await RealQemu.StartAsync(_dir.Root, disks, incoming);
        if (incoming is not null)
        {
            await Until(qemu, "query-status", a => a.GetProperty("status").GetString() != "inmigrate");
        }

        return new Replacement(this, config, disks, qemu);
    }

    public async ValueTask DisposeAsync()
    {
        if (Qemu is not null)
        {
            await Qemu.DisposeAsync();
        }
    }

    private static LiveDisks Open(DomainConfig config)
    {
        var chains = config.Devices.Disks.Select(d => d.Chain()).ToList();
        var numbers = new NodeNumbers();
        var all = numbers.ForDomain(chains);
        return new LiveDisks(
            [.. config.Devices.Disks.Select((d, i) => new LiveDisk(d.Target!.Dev!, chains[i], all[i], d.Access()))],
            numbers.Last);
    }

    private Task Until(string query, Func<JsonElement, bool> done) => Until(Qemu!, query, done);

    private static async Task Until(RealQemu qemu, string query, Func<JsonElement, bool> done)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!done(await qemu.Monitor.ExecuteAsync(query, CancellationToken.None)))
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    private sealed class Replacement(ScratchDomain domain, DomainConfig config, LiveDisks disks, RealQemu qemu) : IReplacementProcess
    {
        private bool _taken;

        public ProcessIdentity Process => qemu.Identity;

        public DomainConfig Live => config;

        public LiveDisks Disks => disks;

        public async ValueTask RunJobAsync(StateJob job) => await job.RunAsync(qemu.Monitor, disks);

        public IReadOnlyList<DocumentChange> DocumentChanges(DomainConfig? persistent) => domain.DocumentChanges(config, persistent, disks);

        public async ValueTask TakeOverAsync(DomainConfig? persistent, CancellationToken cancellationToken)
        {
            _taken = true;
            if (domain.Live is not null)
            {
                await domain.StopAsync(DomainShutoffReason.FromSnapshot, cancellationToken);
            }

            (domain.Qemu, domain.State) = (qemu, DomainState.Paused);
            domain.Adopt(config, persistent, disks);
            domain.Happened.Add("started");
        }

        public ValueTask DisposeAsync() => _taken ? ValueTask.CompletedTask : qemu.DisposeAsync();
    }
}
