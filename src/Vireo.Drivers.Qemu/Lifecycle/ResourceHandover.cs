using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Network;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// Lets a second process of a domain start beside the first although both want the same socket names, display addresses and tap names: the second starts
/// without them, and gets them when the first has gone. Until then the first has lost nothing.
/// </summary>
internal static class ResourceHandover
{
    private const int LongestSocketPath = 107;

    /// <summary>What a process is started with, what its live document says, and what it has still to get.</summary>
    /// <param name="Started">For the command line.</param>
    /// <param name="Live">As it will be.</param>
    /// <param name="Deferred">What is still to be done for that.</param>
    public sealed record Plan(DomainConfig Started, DomainConfig Live, IReadOnlyList<DeferredResource> Deferred);

    /// <summary>Finds what the running process has and the new one wants.</summary>
    /// <param name="live">The new process's live document; its taps have the names they were made with.</param>
    /// <param name="wanted">The document it was made of.</param>
    /// <param name="beside">The live document of the running process; null when there is none.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the name of a socket leaves no room for another beside it.</exception>
    public static Plan For(DomainConfig live, DomainConfig wanted, DomainConfig? beside)
    {
        if (beside is null)
        {
            return new Plan(live, live, []);
        }

        var deferred = new List<DeferredResource>();
        var shown = Taps(live, wanted, beside, deferred);
        var held = SocketsOf(beside).ToHashSet(StringComparer.Ordinal);
        var names = SocketsOf(shown).Where(held.Contains).Distinct(StringComparer.Ordinal).ToDictionary(path => path, path => Aside(path, shown.Id!.Value), StringComparer.Ordinal);
        deferred.AddRange(names.Select(name => new DeferredResource(DeferredKind.Socket, name.Value, name.Key)));
        var started = WithSockets(shown, names);
        var displays = beside.Devices.Graphics.Select(Listening).OfType<string>().ToHashSet(StringComparer.Ordinal);
        started = started with
        {
            Devices = started.Devices with
            {
                Graphics = started.Devices.Graphics.Map(graphics =>
                {
                    if (Listening(graphics) is not { } address || !displays.Contains(address))
                    {
                        return graphics;
                    }

                    deferred.Add(new DeferredResource(DeferredKind.Vnc, "", address));
                    return graphics with { Listens = [new GraphicsListen { Type = GraphicsListenType.None }] };
                }),
            },
        };
        return new Plan(started, shown, deferred);
    }

    /// <summary>Whether the running process has the tap that a card names.</summary>
    public static bool IsHeld(InterfaceConfig card, DomainConfig? beside) =>
        card.Target is { Dev: { } name, Managed: not false } && beside?.Devices.Interfaces.Any(other => other.Target?.Dev == name) == true;

    /// <summary>Whether the running process has a card with this one's address on the same device of the host: the kernel lets only one of them be switched on.</summary>
    public static bool IsFollowed(InterfaceConfig card, DomainConfig? beside) =>
        NetworkArguments.IsDirect(card) && beside?.Devices.Interfaces.Any(other => NetworkArguments.IsDirect(other) && other.Source?.Dev == card.Source?.Dev && other.Mac?.Address == card.Mac?.Address) == true;

    /// <summary>Gives a process what it was started without. What cannot be given stays deferred.</summary>
    /// <param name="process">The process; the other one has gone.</param>
    /// <param name="report">Told of what cannot be given.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task SettleAsync(QemuProcess process, Action<DeferredResource, Exception> report, CancellationToken cancellationToken)
    {
        SocketNames.Given(process.Directory, process.Deferred);
        var left = new List<DeferredResource>();
        foreach (var resource in process.Deferred)
        {
            try
            {
                await SettleAsync(process, resource, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
            {
                report(resource, e);
                left.Add(resource);
            }
        }

        process.Deferred = left;
    }

    private static IEnumerable<string> SocketsOf(DomainConfig live) =>
        live.Devices.Serials.Concat(live.Devices.Parallels).Concat(live.Devices.Consoles).Concat(live.Devices.Channels).Select(ListeningAt).OfType<string>();

    private static async Task SettleAsync(QemuProcess process, DeferredResource resource, CancellationToken cancellationToken)
    {
        switch (resource.Kind)
        {
            // What has its name already was given it by a daemon that did not live to say so.
            case DeferredKind.Socket when File.Exists(resource.From):
                File.Move(resource.From, resource.To, overwrite: true);
                break;
            case DeferredKind.Link:
                new NetworkDevice(resource.To).SetUp(true);
                break;
            case DeferredKind.Tap:
                if (new NetworkDevice(resource.From).Exists)
                {
                    DirectTaps.Rename(process.Directory, resource.From, resource.To, () => new NetworkDevice(resource.From).Rename(resource.To));
                }

                await SwitchPorts.RenameAsync(process.Live.Devices.Interfaces, process.Directory, resource.From, resource.To, cancellationToken).ConfigureAwait(false);
                break;
            case DeferredKind.Vnc:
                await process.Monitor.ExecuteAsync(Qmp.ListenVnc(resource.To), cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static DomainConfig Taps(DomainConfig live, DomainConfig wanted, DomainConfig beside, List<DeferredResource> deferred)
    {
        var cards = live.Devices.Interfaces;
        for (var i = 0; i < cards.Count; i++)
        {
            if (IsHeld(wanted.Devices.Interfaces[i], beside))
            {
                var target = wanted.Devices.Interfaces[i].Target!;
                deferred.Add(new DeferredResource(DeferredKind.Tap, cards[i].Target!.Dev!, target.Dev!));
                cards = cards.SetItem(i, cards[i] with { Target = target });
            }

            if (IsFollowed(cards[i], beside))
            {
                deferred.Add(new DeferredResource(DeferredKind.Link, "", cards[i].Target!.Dev!));
            }
        }

        return live with { Devices = live.Devices with { Interfaces = cards } };
    }

    private static DomainConfig WithSockets(DomainConfig live, Dictionary<string, string> names)
    {
        CharDevice Renamed(CharDevice device) => ListeningAt(device) is { } path && names.TryGetValue(path, out var name)
            ? device with { Sources = device.Sources.SetItem(0, device.Sources[0] with { Path = name }) }
            : device;
        var devices = live.Devices;
        return live with
        {
            Devices = devices with
            {
                Serials = devices.Serials.Map(Renamed),
                Parallels = devices.Parallels.Map(Renamed),
                Consoles = devices.Consoles.Map(Renamed),
                Channels = devices.Channels.Map(Renamed),
            },
        };
    }

    /// <summary>Where a character device listens; null when it does not.</summary>
    public static string? ListeningAt(CharDevice device) =>
        device is { Type: CharType.Unix, Sources.Count: > 0 } && device.Sources[0] is { Mode: not CharSourceMode.Connect, Path: { Length: > 0 } path } ? path : null;

    // A web socket cannot be added to a running display.
    private static string? Listening(GraphicsConfig graphics) => graphics is { Type: GraphicsType.Vnc, Websocket: null or 0, Listens.Count: > 0 }
        ? graphics.Listens[0] switch
        {
            { Type: GraphicsListenType.Socket, Socket: { } path } => path,
            { Type: GraphicsListenType.Address } listen when graphics.Port > 0 =>
                string.Create(CultureInfo.InvariantCulture, $"{listen.Address ?? graphics.ListenAddress ?? "127.0.0.1"}:{graphics.Port}"),
            _ => null,
        }
        : null;

    // In the same directory, so that it can be given the other's name in one step.
    private static string Aside(string path, int id)
    {
        var aside = Path.Combine(Path.GetDirectoryName(path) ?? "/", string.Create(CultureInfo.InvariantCulture, $".{Path.GetFileName(path)}.{id}"));
        Unsupported.When(System.Text.Encoding.UTF8.GetByteCount(aside) > LongestSocketPath, $"the socket path '{path}'", $"leaves no room for a second one beside it: '{aside}' is longer than {LongestSocketPath} bytes");
        return aside;
    }
}
