using System.Text.Json;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>Where the bytes of an image lie.</summary>
internal abstract record ImageLocation
{
    /// <summary>How people and messages call it.</summary>
    public abstract string Display { get; }

    /// <summary>The path on this host; null for what lies elsewhere.</summary>
    public virtual string? LocalPath => null;
}

/// <summary>A file.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record FileLocation(string Path) : ImageLocation
{
    /// <inheritdoc/>
    public override string Display => Path;

    /// <inheritdoc/>
    public override string LocalPath => Path;
}

/// <summary>A block device of the host.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record BlockDeviceLocation(string Path) : ImageLocation
{
    /// <inheritdoc/>
    public override string Display => Path;

    /// <inheritdoc/>
    public override string LocalPath => Path;
}

/// <summary>A file that a client has opened and lends to the domain.</summary>
/// <param name="Path">What the document calls it; nothing is opened by that name.</param>
/// <param name="Group">The name under which it is lent.</param>
internal sealed record LentLocation(string Path, string Group) : ImageLocation
{
    /// <inheritdoc/>
    public override string Display => Path;
}

/// <summary>An image served by another machine.</summary>
/// <param name="Protocol">libvirt's name of the protocol: nbd, iscsi, ssh, https, …</param>
/// <param name="Name">Export, target or path; null when the protocol needs none.</param>
/// <param name="Host">Host name or address; null with a socket.</param>
/// <param name="Port">TCP port; null for the protocol's own.</param>
/// <param name="Socket">Path of a UNIX socket.</param>
internal sealed record NetworkLocation(string Protocol, string? Name, string? Host, int? Port, string? Socket) : ImageLocation
{
    /// <summary>The document's whole account of it, where that has more than the above: more hosts, credentials, TLS and so on; null where it has not.</summary>
    public DiskSource? Document { get; init; }

    /// <inheritdoc/>
    public override string Display => Socket is null ? $"{Protocol}://{Host}{(Port is { } p ? $":{p}" : "")}/{Name}" : $"{Protocol}+unix:///{Name}?socket={Socket}";
}

/// <summary>A folder of the host, shown to the guest as a disk with a FAT file system.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Floppy">The disk is a floppy.</param>
internal sealed record FolderLocation(string Path, bool Floppy) : ImageLocation
{
    /// <inheritdoc/>
    public override string Display => Path;

    /// <summary>Checks that it can be shown.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is not there; VIR_ERR_CONFIG_UNSUPPORTED: it is no folder.</exception>
    public void RequireThere()
    {
        var status = FileStatus.TryOf(Path) ?? throw VireoException.System(ErrorDomain.Storage, FileSystemCalls.NoEntry, $"Cannot access storage file '{Path}': No such file or directory");
        if (status.Kind != FileKind.Directory)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"'{Path}' is no folder: it cannot be shown as a FAT file system");
        }
    }
}

/// <summary>A namespace of an NVMe controller that QEMU drives itself.</summary>
/// <param name="Document">The document's account of it.</param>
internal sealed record NvmeLocation(DiskSource Document) : ImageLocation
{
    /// <inheritdoc/>
    public override string Display => $"nvme://{Address}/{Document.Namespace}";

    /// <summary>The controller's PCI address, as Linux writes it.</summary>
    public string Address => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Document.Address?.Domain ?? 0:x4}:{Document.Address?.Bus ?? 0:x2}:{Document.Address?.Slot ?? 0:x2}.{Document.Address?.Function ?? 0:x}");
}

/// <summary>How a qcow2 image names its backing file, and what QEMU takes that for.</summary>
internal static class BackingName
{
    /// <summary>The name under which an overlay anywhere finds its backing file.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the protocol has no such name.</exception>
    public static string Of(ImageLocation location) => location switch
    {
        { LocalPath: { } path } => path,
        NetworkLocation { Protocol: "nbd" or "http" or "https" or "ftp" or "ftps" or "iscsi" or "ssh", Socket: null } network =>
            $"{network.Protocol}://{(network.Host is { } host && host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : network.Host)}{(network.Port is { } port ? $":{port}" : "")}/{Escaped(network.Name)}",
        NetworkLocation { Protocol: "nbd", Socket: { } socket } network => $"nbd+unix:///{Escaped(network.Name)}?socket={Uri.EscapeDataString(socket)}",
        _ => throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"an overlay cannot name '{location.Display}' as its backing file"),
    };

    private static string Escaped(string? name) => string.Join('/', (name ?? "").TrimStart('/').Split('/').Select(Uri.EscapeDataString));

    /// <summary>The place that <paramref name="name"/> means when it stands in an image at <paramref name="image"/>.</summary>
    /// <param name="name">From the image's header.</param>
    /// <param name="image">The image that names it.</param>
    /// <param name="format">The backing format that a json: name gave besides; null when it gave none.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: it is no name that can be resolved.</exception>
    public static ImageLocation Resolve(string name, ImageLocation image, out string? format)
    {
        format = null;
        if (name.StartsWith("json:", StringComparison.Ordinal))
        {
            return FromJson(name.AsMemory(5), image, out format);
        }

        // QEMU takes everything before a colon as a protocol, unless a slash comes first.
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (colon > 0 && (slash < 0 || colon < slash))
        {
            var protocol = name[..colon];
            return protocol == "file" ? Local(name[(name.StartsWith("file://", StringComparison.Ordinal) ? 7 : 5)..], image) : FromUri(name, image);
        }

        return Local(name, image);
    }

    private static ImageLocation Local(string name, ImageLocation image)
    {
        if (name.Length == 0)
        {
            throw Unsupported(name, image, "it is empty");
        }

        if (!name.StartsWith('/'))
        {
            var directory = Path.GetDirectoryName(image.LocalPath) ?? throw Unsupported(name, image, "a relative name needs a local image");
            name = Path.Combine(directory, name);
        }

        return FileStatus.TryOf(name)?.Kind == FileKind.BlockDevice ? new BlockDeviceLocation(name) : new FileLocation(name);
    }

    private static NetworkLocation FromUri(string name, ImageLocation image)
    {
        if (!Uri.TryCreate(name, UriKind.Absolute, out var uri) || !name.Contains("://", StringComparison.Ordinal))
        {
            throw Unsupported(name, image, "the protocol is not known");
        }

        var scheme = uri.Scheme.Split('+');
        var socket = uri.Query.StartsWith("?socket=", StringComparison.Ordinal) ? Uri.UnescapeDataString(uri.Query[8..]) : null;

        // Only a path of ssh begins with its slash.
        var path = Uri.UnescapeDataString(scheme[0] == "ssh" ? uri.AbsolutePath : uri.AbsolutePath.TrimStart('/'));
        return new NetworkLocation(
            scheme[0],
            path.Length > 0 ? path : null,
            socket is null ? uri.Host : null,
            uri.Port > 0 ? uri.Port : null,
            socket);
    }

    private static ImageLocation FromJson(ReadOnlyMemory<char> json, ImageLocation image, out string? format)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var node = document.RootElement;
            format = null;
            var driver = Text(node, "driver") ?? Text(node, "file.driver");
            if (node.TryGetProperty("file", out var file) && file.ValueKind == JsonValueKind.Object)
            {
                format = driver;
                node = file;
                driver = Text(node, "driver");
            }
            else if (Text(node, "file.filename") is { } flat)
            {
                format = Text(node, "driver");
                return Local(flat, image);
            }

            return (driver, Text(node, "filename")) switch
            {
                ("file" or "host_device" or null, { } path) => Local(path, image),
                ("nbd", _) => Nbd(node, image),
                _ => throw Unsupported($"json:{json}", image, $"block driver '{driver}' is not supported in a backing chain"),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Unsupported($"json:{json}", image, e.Message);
        }
    }

    private static NetworkLocation Nbd(JsonElement node, ImageLocation image)
    {
        var server = node.TryGetProperty("server", out var inner) ? inner : node;
        return Text(server, "path") is { } socket
            ? new NetworkLocation("nbd", Text(node, "export"), null, null, socket)
            : Text(server, "host") is { } host
                ? new NetworkLocation("nbd", Text(node, "export"), host, int.TryParse(Text(server, "port"), out var port) ? port : null, null)
                : throw Unsupported(node.GetRawText(), image, "an nbd server needs a host or a path");
    }

    private static string? Text(JsonElement node, string name) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static VireoException Unsupported(string name, ImageLocation image, string why) =>
        VireoException.ConfigUnsupported(ErrorDomain.Storage, $"cannot resolve backing file '{name}' of image '{image.Display}': {why}");
}
