using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Tpm;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Completes documents and plans starts by what the host's QEMU can do.</summary>
/// <param name="capabilities">What QEMU can do.</param>
/// <param name="nvram">Where UEFI guests keep their variables when they do not say.</param>
internal sealed class GuestBuilder(QemuCapabilitiesCache capabilities, string nvram) : IGuestBuilder
{
    private readonly GraphicsPorts _ports = new();
    private readonly FirmwareChoice _firmware = new(FirmwareDescriptions.OfHost, nvram);

    /// <summary>QEMU is started with its sandbox on.</summary>
    public bool Sandbox { get; init; } = true;

    /// <summary>The certificates of VNC displays; null where they speak no TLS.</summary>
    public DisplayTls? VncTls { get; init; }

    /// <inheritdoc/>
    public ValueTask<DomainConfig> CompleteAsync(DomainConfig parsed, CancellationToken cancellationToken) => CompleteAsync(parsed, isNew: true, isLive: false, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DomainConfig> CompleteLiveAsync(DomainConfig live, CancellationToken cancellationToken) => CompleteAsync(live, isNew: true, isLive: true, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DomainConfig> CompleteSavedAsync(DomainConfig parsed, CancellationToken cancellationToken) => CompleteAsync(parsed, isNew: false, isLive: false, cancellationToken);

    private async ValueTask<DomainConfig> CompleteAsync(DomainConfig parsed, bool isNew, bool isLive, CancellationToken cancellationToken)
    {
        var emulator = parsed.Devices.Emulator ?? EmulatorTargets.For(parsed.Os.Type?.Arch);
        var known = await capabilities.GetAsync(emulator, cancellationToken).ConfigureAwait(false);
        if (parsed.Type is not (DomainType.Qemu or DomainType.Kvm) || (parsed.Type == DomainType.Kvm && !known.Kvm))
        {
            var name = parsed.Type?.ToString().ToLowerInvariant() ?? "";
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"Emulator '{emulator}' does not support virt type '{name}'");
        }

        var complete = DomainDefaults.Apply(parsed, new DefaultsContext(emulator, known.DefaultMachine?.Name ?? "pc", known.MachineAliases)
        {
            NvramDirectory = nvram,
            IsNew = isNew,
            IsLive = isLive,
            Architecture = known.Architecture,
            CpuOf = known.DefaultCpu,
            HasDevice = known.HasDevice,
            MostCpus = name => known.FindMachine(name)?.MaxCpus,
            HasMaximumCpu = known.HasMaximumCpu,
            Encryption = GuestEncryption.Of(known),
            Machines = known.MachineNames,
        });
        if (TpmStorage.EmulatorOf(complete) is { } tpm)
        {
            TpmSetup.Require(tpm);
        }

        return complete;
    }

    /// <inheritdoc/>
    public async ValueTask<GuestLaunch> BuildAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        var config = await NumaAdvice.ApplyAsync(_firmware.Apply(request.Source.Config), request.Channels, cancellationToken).ConfigureAwait(false);
        DeviceFiles.Require(config);
        UnpreparedElements.Refuse(config);
        var disks = LiveConfig.OpenDisks(config);
        var emulator = config.Devices.Emulator ?? EmulatorTargets.For(config.Os.Type?.Arch);
        var known = await capabilities.GetAsync(emulator, cancellationToken).ConfigureAwait(false);
        config = LaunchSecurityChecks.ForStart(config, known);
        var prepared = LiveConfig.Prepare(config, request.Id, request.Channels, disks, _ports.Take);
        var made = request.Taps.Show(prepared with { Cpu = GuestCpu.ForStart(prepared, known), Devices = FilesystemServers.Show(prepared.Devices) });
        var (started, live, deferred) = ResourceHandover.For(made, config, request.Source.Beside);
        var inherited = new InheritedFds();
        var monitor = inherited.Add(request.MonitorSocket);
        var lent = LentFiles.For(request.Descriptors, config.Uuid ?? Guid.Empty, disks.Disks);
        var sockets = new ListeningSockets(request.Owner);
        try
        {
            return await BuildAsync(request, new Prepared(emulator, known, started, live, disks, deferred, inherited, monitor, lent), sockets, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lent.Dispose();
            sockets.Dispose();
            inherited.Dispose();
            throw;
        }
    }

    private async ValueTask<GuestLaunch> BuildAsync(LaunchRequest request, Prepared prepared, ListeningSockets sockets, CancellationToken cancellationToken)
    {
        var (emulator, known, started, live, disks, deferred, inherited, monitor, lent) = prepared;
        var arguments = QemuCommandLine.Build(started, new CommandLineContext(monitor, disks, request.Channels)
        {
            Machine = known.FindMachine(started.Os.Type!.Machine!),
            Sockets = sockets.Open(started, request.Channels, inherited),
            Incoming = request.Source.Memory is not null,
            Sandbox = Sandbox,
            Lent = lent.Inherit(inherited),
            VncTls = VncTls,
            Taps = request.Taps.Inherit(live, inherited),
            Vsock = request.Vsock is { } vsock ? inherited.Add(vsock).ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
            Secrets = request.Secrets is { } secrets ? new GuestSecrets(secrets, inherited) : null,
            Tpm = request.Tpm is { } tpm ? inherited.Add(tpm) : null,
        });
        await LaunchSecurityFiles.WriteAsync(live.LaunchSecurity, request.Channels, request.Owner, cancellationToken).ConfigureAwait(false);
        await FirmwareVariables.EnsureAsync(live.Os, request.Source.ResetFirmware, cancellationToken).ConfigureAwait(false);
        return new GuestLaunch(emulator, arguments, inherited, live, disks) { Deferred = deferred, Sockets = sockets, Lent = lent };
    }

    private sealed record Prepared(
        string Emulator, QemuCapabilities Known, DomainConfig Started, DomainConfig Live, LiveDisks Disks, IReadOnlyList<DeferredResource> Deferred, InheritedFds Inherited, int Monitor, LentFiles Lent);

    /// <inheritdoc/>
    public async ValueTask<string> ToNativeAsync(DomainConfig complete, string directory, CancellationToken cancellationToken)
    {
        var emulator = complete.Devices.Emulator ?? EmulatorTargets.For(complete.Os.Type?.Arch);
        var known = await capabilities.GetAsync(emulator, cancellationToken).ConfigureAwait(false);
        complete = complete with { Cpu = GuestCpu.ForStart(complete, known) };
        return NativeCommandLine.Build(complete, emulator, directory, known.FindMachine(complete.Os.Type!.Machine!), Sandbox, VncTls);
    }

    /// <inheritdoc/>
    public ValueTask<LiveDisks> RecoverDisksAsync(DomainConfig live, CancellationToken cancellationToken)
    {
        var chains = live.Devices.Disks.Select(d => d.Chain()).ToList();
        var last = 0;
        var disks = live.Devices.Disks.Select((disk, i) =>
        {
            var numbers = Numbers(disk).Take(Math.Max(1, chains[i]?.Layers.Length ?? 0)).ToList();
            last = Math.Max(last, numbers.DefaultIfEmpty().Max());
            return new LiveDisk(disk.Target!.Dev!, chains[i], [.. numbers], disk.Access()) { Above = disk.NodesAbove().LastOrDefault() };
        }).ToList();
        return ValueTask.FromResult(new LiveDisks([.. disks], last));
    }

    private static IEnumerable<int> Numbers(DiskConfig disk)
    {
        yield return (int)(disk.Source?.Index ?? 0);
        for (var below = disk.BackingStore; below?.Index is { } index; below = below.Backing)
        {
            yield return (int)index;
        }
    }
}
