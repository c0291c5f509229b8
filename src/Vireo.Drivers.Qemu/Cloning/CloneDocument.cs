using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Defaults;

namespace Vireo.Drivers.Qemu.Cloning;

/// <summary>
/// The document of a clone: the same machine with an identity of its own. What only one domain of a host can have is given anew, or left to be given: name, uuid, generation
/// id, hardware addresses, taps, sockets, files that are written, ports of displays, context ids. TCP ports of character devices stay as they are.
/// </summary>
/// <param name="source">The name of the domain that is cloned.</param>
/// <param name="name">The clone's.</param>
internal sealed class CloneDocument(string source, string name)
{
    private readonly Guid _uuid = Guid.NewGuid();
    private readonly string _genid = Guid.NewGuid().ToString();
    private readonly Dictionary<string, string> _addresses = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The clone of a definition. Documents of one domain become documents of one clone.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="disks">The disks that are made for it; the others are shared.</param>
    public DomainConfig Of(DomainConfig definition, IReadOnlyList<ClonedDisk> disks) => definition with
    {
        Id = null,
        Name = name,
        Uuid = _uuid,
        Genid = definition.Genid is null ? null : _genid,

        // Without a path it is named after the domain.
        Os = definition.Os.Nvram is null ? definition.Os : definition.Os with { Nvram = new NvramConfig { Template = definition.Os.Nvram.Template, Format = definition.Os.Nvram.Format } },
        Devices = Devices(definition.Devices, disks),
    };

    private DevicesConfig Devices(DevicesConfig devices, IReadOnlyList<ClonedDisk> disks) => devices with
    {
        Disks = [.. devices.Disks.Select(d => disks.FirstOrDefault(c => c.Target == d.Target?.Dev) is { } made ? d.WithTop(new ImageLayer(new FileLocation(made.Path), made.Format)) with { BackingStore = null } : d)],
        Interfaces = [.. devices.Interfaces.Select(Card)],
        Serials = [.. devices.Serials.Select(Port)],
        Parallels = [.. devices.Parallels.Select(Port)],
        Consoles = [.. devices.Consoles.Select(Port)],
        Channels = [.. devices.Channels.Select(Port)],
        Redirdevs = [.. devices.Redirdevs.Select(r => r with { Sources = Sources(r.Type, r.Sources), Log = Log(r.Log) })],
        Graphics = [.. devices.Graphics.Select(Display)],
        Vsock = devices.Vsock is { Cid: { } cid } vsock ? vsock with { Cid = cid with { Auto = true, Address = null } } : devices.Vsock,
    };

    private InterfaceConfig Card(InterfaceConfig card) => card with
    {
        Mac = card.Mac is { Address: { } address } mac ? mac with { Address = Address(address) } : card.Mac,

        // A tap that somebody else has made stays: nobody would make another.
        Target = card.Target?.Managed == false ? card.Target : null,
    };

    private string Address(string address) =>
        _addresses.TryGetValue(address, out var own) ? own : _addresses[address] = DomainDefaults.NewMac();

    private CharDevice Port(CharDevice port) => port with { Sources = Sources(port.Type, port.Sources), Log = Log(port.Log) };

    private ConfigList<CharSource> Sources(CharType? type, ConfigList<CharSource> sources) =>
        [.. sources.Select(s => s.Path is { } path && (type == CharType.File || (type == CharType.Unix && s.Mode != CharSourceMode.Connect)) ? s with { Path = Own(path) } : s)];

    private CharLog? Log(CharLog? log) => log is { File: { } file } ? log with { File = Own(file) } : log;

    private GraphicsConfig Display(GraphicsConfig display)
    {
        var free = display with
        {
            Socket = display.Socket is { } socket ? Own(socket) : null,
            Listens = [.. display.Listens.Select(l => l.Socket is { } path ? l with { Socket = Own(path) } : l)],
            Websocket = display.Websocket is null ? null : -1,
        };
        return display.Port is > 0 || display.TlsPort is > 0 ? free with { Port = -1, TlsPort = null, Autoport = true } : free;
    }

    /// <summary>The file's name with the clone's in place of the domain's; before it when the domain's is not in it.</summary>
    private string Own(string path)
    {
        var file = Path.GetFileName(path);
        var own = file.Contains(source, StringComparison.Ordinal) ? file.Replace(source, name, StringComparison.Ordinal) : $"{name}-{file}";
        return Path.Combine(Path.GetDirectoryName(path) ?? "/", own);
    }
}
