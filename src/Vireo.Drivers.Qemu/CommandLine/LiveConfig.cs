using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Defaults;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Makes the live document of a run out of the complete one.</summary>
internal static class LiveConfig
{
    private const int LongestSocketPath = 107;

    /// <summary>Gives devices their names, channels their sockets, displays their ports, images their numbers.</summary>
    /// <param name="config">The complete document.</param>
    /// <param name="id">The number of the run.</param>
    /// <param name="channels">A directory of this run for the sockets of channels that name none.</param>
    /// <param name="disks">The disks' chains and numbers.</param>
    /// <param name="takePort">Finds a free TCP port for a display.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a socket's path is too long; whatever <paramref name="takePort"/> says.</exception>
    public static DomainConfig Prepare(DomainConfig config, int id, string channels, LiveDisks disks, Func<int> takePort)
    {
        var live = DeviceAliases.Assign(config) with { Id = id };
        return live with
        {
            Devices = live.Devices with
            {
                Disks = live.Devices.Disks.Map(disk => ReservationArguments.Show(disks.Find(disk.Target!.Dev!) is { } open ? disk.Show(open) : disk, channels)),
                Channels = live.Devices.Channels.Map(channel => Channel(channel, channels)),
                Graphics = live.Devices.Graphics.Map(graphics => Graphics(graphics, channels, takePort)),
            },
        };
    }

    /// <summary>The numbers of a starting domain's disks.</summary>
    /// <param name="config">The complete document.</param>
    /// <exception cref="VireoException">As <see cref="DiskDocuments.Chain"/>.</exception>
    public static LiveDisks OpenDisks(DomainConfig config)
    {
        var numbers = new NodeNumbers();
        var chains = config.Devices.Disks.Select(DiskDocuments.Chain).ToArray();
        var layers = numbers.ForDomain(chains);
        return new LiveDisks([.. config.Devices.Disks.Select((disk, i) => new LiveDisk(disk.Target!.Dev!, chains[i], layers[i], disk.Access()) { Above = disk.NodesAbove().LastOrDefault() })], numbers.Last);
    }

    /// <summary>Gives a device that comes to others of a running guest its socket.</summary>
    /// <param name="device">The device, alone, with its name.</param>
    /// <param name="channels">The run's directory for the sockets of channels that name none.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a socket's path is too long.</exception>
    public static DevicesConfig PrepareDevice(DevicesConfig device, string channels) => device with
    {
        Disks = device.Disks.Map(disk => ReservationArguments.Show(disk, channels)),
        Channels = device.Channels.Map(channel => Channel(channel, channels)),
    };

    // A document that was saved live names sockets of its own run, which goes or has gone.
    private static bool IsOfAnotherRun(string path, string directory) =>
        Path.GetDirectoryName(path) is { } run && Path.GetDirectoryName(run) == Path.GetDirectoryName(directory) && Path.GetFileName(run).StartsWith("domain-", StringComparison.Ordinal);

    private static CharDevice Channel(CharDevice channel, string directory)
    {
        channel = channel.Target is { } target ? channel with { Target = target with { State = null } } : channel;
        if (channel.Type != CharType.Unix || (channel.Source?.Path is { Length: > 0 } given && !IsOfAnotherRun(given, directory)))
        {
            return channel;
        }

        // The port's name is the user's, so it may be anything; the alias is ours.
        var name = channel.Target?.Name is { Length: > 0 and <= 40 } port && port.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && port[0] != '.' ? port : channel.Alias!;
        var path = Path.Combine(directory, name);
        Unsupported.When(path.Length > LongestSocketPath, $"the socket path '{path}'", $"is longer than {LongestSocketPath} characters; give the channel a <source path=…>");
        return channel with { Sources = [(channel.Source ?? new CharSource()) with { Mode = channel.Source?.Mode ?? CharSourceMode.Bind, Path = path }] };
    }

    private static GraphicsConfig Graphics(GraphicsConfig graphics, string directory, Func<int> takePort)
    {
        if (graphics.Listens is [{ Type: GraphicsListenType.Socket } listen, ..] && (listen.Socket is null || IsOfAnotherRun(listen.Socket, directory)))
        {
            return graphics with { Listens = graphics.Listens.SetItem(0, listen with { Socket = Path.Combine(directory, $"{graphics.Type!.Value.ToXmlName()}.sock") }) };
        }

        if (graphics.Type is not (GraphicsType.Vnc or GraphicsType.Spice) || graphics.Listens.IsEmpty || graphics.Listens[0].Type != GraphicsListenType.Address)
        {
            return graphics;
        }

        var address = graphics.Listens[0].Address ?? graphics.ListenAddress ?? "127.0.0.1";
        return graphics with
        {
            ListenAddress = address,
            Listens = graphics.Listens.SetItem(0, graphics.Listens[0] with { Address = address }),
            Port = graphics.Autoport == true ? takePort() : graphics.Port,
        };
    }
}
