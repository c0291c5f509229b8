using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Completes documents and plans starts by what the host's QEMU can do.</summary>
internal sealed class GuestBuilder(QemuCapabilitiesCache capabilities) : IGuestBuilder
{
    /// <summary>The QEMU of documents that name none.</summary>
    public const string DefaultEmulator = "/usr/bin/qemu-system-x86_64";

    private readonly GraphicsPorts _ports = new();

    /// <inheritdoc/>
    public async ValueTask<DomainConfig> CompleteAsync(DomainConfig parsed, CancellationToken cancellationToken)
    {
        var emulator = parsed.Devices.Emulator ?? DefaultEmulator;
        var known = await capabilities.GetAsync(emulator, cancellationToken).ConfigureAwait(false);
        if (parsed.Type is not (DomainType.Qemu or DomainType.Kvm) || (parsed.Type == DomainType.Kvm && !known.Kvm))
        {
            var name = parsed.Type?.ToString().ToLowerInvariant() ?? "";
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"Emulator '{emulator}' does not support virt type '{name}'");
        }

        var aliases = known.Machines.Where(m => m.Alias is not null).ToDictionary(m => m.Alias!, m => m.Name, StringComparer.Ordinal);
        return DomainDefaults.Apply(parsed, new DefaultsContext(emulator, known.DefaultMachine?.Name ?? "pc", aliases));
    }

    /// <inheritdoc/>
    public ValueTask<GuestLaunch> BuildAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        var disks = ReadDisks(request.Config, new NodeNumbers());
        var live = DeviceAliases.Assign(request.Config);
        live = live with { Devices = Ports(Channels(Shown(live, disks), request.Directory)) };
        var inherited = new InheritedFds();
        var monitor = inherited.Add(request.MonitorSocket);
        var arguments = QemuCommandLine.Build(live, new CommandLineContext(monitor, disks) { Incoming = request.Incoming });
        return ValueTask.FromResult(new GuestLaunch(live.Devices.Emulator ?? DefaultEmulator, arguments, inherited, live, disks));
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
            return new LiveDisk(disk.Target!.Dev!, chains[i], [.. numbers], disk.Access());
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

    private static LiveDisks ReadDisks(DomainConfig config, NodeNumbers numbers)
    {
        var chains = config.Devices.Disks.Select(d => d.Chain()).ToList();
        var given = numbers.ForDomain(chains);
        return new LiveDisks([.. config.Devices.Disks.Select((disk, i) => new LiveDisk(disk.Target!.Dev!, chains[i], given[i], disk.Access()))], numbers.Last);
    }

    private static DevicesConfig Shown(DomainConfig live, LiveDisks disks)
    {
        var shown = live.Devices.Disks;
        for (var i = 0; i < shown.Count; i++)
        {
            shown = shown.SetItem(i, shown[i].Show(disks.Disks[i]));
        }

        return live.Devices with { Disks = shown };
    }

    // A channel to a UNIX socket without a path gets one in the run's own directory.
    private static DevicesConfig Channels(DevicesConfig devices, string directory)
    {
        var channels = devices.Channels;
        for (var i = 0; i < channels.Count; i++)
        {
            if (channels[i] is { Type: CharType.Unix } channel && (channel.Sources.IsEmpty || channel.Sources[0].Path is null))
            {
                var path = Path.Combine(directory, channel.Target?.Name ?? $"channel{i}");
                channels = channels.SetItem(i, channel with { Sources = [(channel.Sources.IsEmpty ? new CharSource() : channel.Sources[0]) with { Mode = "bind", Path = path }] });
            }
        }

        return devices with { Channels = channels };
    }

    private DevicesConfig Ports(DevicesConfig devices)
    {
        var graphics = devices.Graphics;
        for (var i = 0; i < graphics.Count; i++)
        {
            if (graphics[i] is { Type: GraphicsType.Vnc or GraphicsType.Spice, Socket: null } display && display.Port is null or -1 && display.Autoport != false && graphics[i].Listens.All(l => l.Type is null or GraphicsListenType.Address))
            {
                graphics = graphics.SetItem(i, graphics[i] with { Port = _ports.Take(), Autoport = true });
            }
        }

        return devices with { Graphics = graphics };
    }
}
