using System.Globalization;
using System.Text.Json;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>The options of QEMU's driver that reads and writes the bytes of an image, whatever these mean.</summary>
internal static class BlockStorageJson
{
    /// <summary>Writes them into an object that is begun.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="location">Where the bytes lie.</param>
    /// <param name="access">How they are accessed.</param>
    /// <param name="secret">The object that holds the password, where the document names a user.</param>
    /// <param name="cookies">The object that holds the cookies, where the document has some.</param>
    /// <param name="lent">The name under which the hypervisor opens the file, where a client lends it.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: no driver reaches such a place, or the document lacks what the driver needs.</exception>
    public static void Write(Utf8JsonWriter json, ImageLocation location, DiskAccess access, string? secret = null, string? cookies = null, string? lent = null)
    {
        switch (location)
        {
            case FileLocation file:
                Local(json, "file"u8, file.Path, access);
                break;
            case LentLocation when lent is not null:
                Local(json, "file"u8, lent, access);
                break;
            case BlockDeviceLocation device:
                Local(json, "host_device"u8, device.Path, access);
                break;
            case FolderLocation folder:
                json.WriteString("driver"u8, "vvfat"u8);
                json.WriteString("dir"u8, folder.Path);
                json.WriteBoolean("floppy"u8, folder.Floppy);
                json.WriteBoolean("rw"u8, false);
                break;
            case NvmeLocation nvme:
                json.WriteString("driver"u8, "nvme"u8);
                json.WriteString("device"u8, nvme.Address);
                json.WriteNumber("namespace"u8, nvme.Document.Namespace ?? 1);
                break;
            case NetworkLocation network:
                Network(json, network, network.Document ?? new DiskSource(), secret, cookies);
                break;
            default:
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"image '{location.Display}' is of a kind that is not supported");
        }
    }

    /// <summary>The options of an iSCSI unit; the driver's name is not among them.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="portal">Host and port.</param>
    /// <param name="name">TARGET/UNIT; without a unit it is the first.</param>
    /// <param name="initiator">The name we give ourselves.</param>
    /// <param name="user">Whom we log in as; null for nobody.</param>
    /// <param name="secret">The object that holds the password.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the name is of another form.</exception>
    public static void Iscsi(Utf8JsonWriter json, string portal, string? name, string? initiator, string? user, string? secret)
    {
        var slash = name?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var unit = 0;
        if (name is null || (slash >= 0 && !int.TryParse(name.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out unit)))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"'{name}' names no iSCSI target and unit (TARGET/UNIT)");
        }

        json.WriteString("portal"u8, portal);
        json.WriteString("target"u8, slash < 0 ? name : name[..slash]);
        json.WriteNumber("lun"u8, unit);
        json.WriteString("transport"u8, "tcp"u8);
        Text(json, "initiator-name"u8, initiator);
        if (user is not null)
        {
            json.WriteString("user"u8, user);
            Text(json, "password-secret"u8, secret);
        }
    }

    private static void Local(Utf8JsonWriter json, ReadOnlySpan<byte> driver, string path, DiskAccess access)
    {
        json.WriteString("driver"u8, driver);
        json.WriteString("filename"u8, path);
        Text(json, "aio"u8, access.Aio);
        Text(json, "pr-manager"u8, access.Reservations);
    }

    private static void Network(Utf8JsonWriter json, NetworkLocation network, DiskSource document, string? secret, string? cookies)
    {
        json.WriteString("driver"u8, network.Protocol);
        switch (network.Protocol)
        {
            case "nbd":
                Server(json, network, 10809);
                Text(json, "export"u8, network.Name);
                Text(json, "tls-creds"u8, document.Tls == true ? "objlibvirt-tls0" : null);
                Text(json, "tls-hostname"u8, document.TlsHostname);
                Number(json, "reconnect-delay"u8, document.Reconnect?.Delay);
                break;
            case "http" or "https" or "ftp" or "ftps":
                json.WriteString("url"u8, BackingName.Of(network) + (document.Query is { } query ? $"?{query}" : ""));
                Web(json, document, secret, cookies);
                break;
            case "iscsi":
                Iscsi(json, string.Create(CultureInfo.InvariantCulture, $"{network.Host}:{network.Port ?? 3260}"), network.Name, document.Initiator?.Iqn, document.Auth?.Username, secret);
                break;
            case "ssh":
                json.WriteString("path"u8, network.Name);
                Server(json, network, 22);
                Text(json, "user"u8, document.Identity?.Username ?? document.Identity?.User);
                break;
            case "rbd":
                Rbd(json, network, document, secret);
                break;
            case "gluster":
                Gluster(json, network, document);
                break;
            case "sheepdog":
                Server(json, network, 7000);
                json.WriteString("vdi"u8, network.Name);
                break;
            case "nfs":
                Nfs(json, network, document);
                break;
            default:
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"network disks by protocol '{network.Protocol}' are not supported by QEMU: '{network.Display}'");
        }
    }

    // An address as QEMU's own types have it: of TCP or of a UNIX socket.
    private static void Server(Utf8JsonWriter json, NetworkLocation network, int port)
    {
        json.WriteStartObject("server"u8);
        if (network.Protocol != "ssh")
        {
            json.WriteString("type"u8, network.Socket is null ? "inet"u8 : "unix"u8);
        }

        if (network.Socket is { } socket)
        {
            json.WriteString("path"u8, socket);
        }
        else
        {
            json.WriteString("host"u8, network.Host);
            json.WriteString("port"u8, (network.Port ?? port).ToString(CultureInfo.InvariantCulture));
        }

        json.WriteEndObject();
    }

    private static void Web(Utf8JsonWriter json, DiskSource document, string? secret, string? cookies)
    {
        if (document.Ssl?.Verify is { } verify)
        {
            json.WriteBoolean("sslverify"u8, verify);
        }

        if (document.Auth?.Username is { } user)
        {
            json.WriteString("username"u8, user);
            Text(json, "password-secret"u8, secret);
        }

        // Cookies let one in as passwords do, so they are not shown on a command line.
        Text(json, "cookie-secret"u8, document.Cookies.IsEmpty ? null : cookies);
        Number(json, "readahead"u8, document.Readahead);
        Number(json, "timeout"u8, document.Timeout);
    }

    private static void Rbd(Utf8JsonWriter json, NetworkLocation network, DiskSource document, string? secret)
    {
        var parts = (network.Name ?? "").Split('/');
        if (parts.Length is < 2 or > 3)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"'{network.Name}' names no RBD pool and image (POOL/IMAGE or POOL/NAMESPACE/IMAGE)");
        }

        json.WriteString("pool"u8, parts[0]);
        Text(json, "namespace"u8, parts.Length == 3 ? parts[1] : null);
        json.WriteString("image"u8, parts[^1]);
        Text(json, "snapshot"u8, document.Snapshot);
        Text(json, "conf"u8, document.ConfigFile);
        var hosts = Hosts(network, document).Where(h => h.Name is not null).ToList();
        if (hosts.Count > 0)
        {
            json.WriteStartArray("server"u8);
            foreach (var host in hosts)
            {
                json.WriteStartObject();
                json.WriteString("host"u8, host.Name);
                json.WriteString("port"u8, host.Port ?? "6789");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (document.Auth?.Username is { } user)
        {
            json.WriteString("user"u8, user);
            json.WriteStartArray("auth-client-required"u8);
            json.WriteStringValue("cephx"u8);
            json.WriteStringValue("none"u8);
            json.WriteEndArray();
            Text(json, "key-secret"u8, secret);
        }
    }

    private static void Gluster(Utf8JsonWriter json, NetworkLocation network, DiskSource document)
    {
        var slash = network.Name?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash <= 0)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"missing '/' in gluster volume name '{network.Name}' (VOLUME/PATH)");
        }

        json.WriteString("volume"u8, network.Name![..slash]);
        json.WriteString("path"u8, network.Name[(slash + 1)..]);
        json.WriteStartArray("server"u8);
        foreach (var host in Hosts(network, document))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, host.Transport switch
            {
                SourceTransport.Unix => "unix"u8,
                SourceTransport.Rdma => throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"gluster over RDMA is not supported by QEMU: '{network.Display}'"),
                _ => "inet"u8,
            });
            Text(json, "path"u8, host.Socket);
            if (host.Socket is null)
            {
                json.WriteString("host"u8, host.Name);
                json.WriteString("port"u8, host.Port ?? "24007");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Nfs(Utf8JsonWriter json, NetworkLocation network, DiskSource document)
    {
        json.WriteString("path"u8, "/" + (network.Name ?? "").TrimStart('/'));
        json.WriteStartObject("server"u8);
        json.WriteString("host"u8, network.Host);
        json.WriteString("type"u8, "inet"u8);
        json.WriteEndObject();
        Number(json, "user"u8, Id(document.Identity?.User));
        Number(json, "group"u8, Id(document.Identity?.Group));
    }

    private static ulong? Id(string? name) =>
        name is null ? null
        : uint.TryParse(name.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
        : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"user or group '{name}' of an nfs disk must be a number");

    private static IEnumerable<SourceHost> Hosts(NetworkLocation network, DiskSource document) => document.Hosts.IsEmpty
        ? [new SourceHost { Name = network.Host, Port = network.Port?.ToString(CultureInfo.InvariantCulture), Socket = network.Socket, Transport = network.Socket is null ? null : SourceTransport.Unix }]
        : document.Hosts;

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
