using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>An image as <c>-blockdev</c> describes it: its format, where it lies, what it stands on.</summary>
/// <param name="Type">The kind of place.</param>
/// <param name="Source">The place.</param>
/// <param name="Format">libvirt's name of the format.</param>
internal sealed record BlockImage(DiskType Type, DiskSource Source, string Format)
{
    /// <summary>The image below, where the command line names one.</summary>
    public BlockImage? Backing { get; init; }

    /// <summary>How it is opened.</summary>
    public DiskDriver Driver { get; init; } = new();

    /// <summary>Whether the host's cache is used, and flushes are done; null when it does not say.</summary>
    public (bool Direct, bool NoFlush)? Cache { get; init; }

    /// <summary>Whether it may not be written to.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The options that say all this.</summary>
    public required IReadOnlyList<QemuOption> Options { get; init; }

    /// <summary>The document says all of it.</summary>
    public void Read()
    {
        foreach (var option in Options)
        {
            option.Read();
        }

        Backing?.Read();
    }
}

/// <summary>Finds images by the names of their nodes.</summary>
internal static class BlockNodes
{
    private const int MostLayers = 200;

    /// <summary>The image of a node; null when there is none, or a document cannot say all that is said of it.</summary>
    public static BlockImage? Find(ReadingState state, string node, int depth = 0)
    {
        if (depth > MostLayers || state.WithId("-blockdev", node, "node-name") is not { } option)
        {
            return null;
        }

        var properties = option.Properties;
        var driver = properties.Take("driver");
        properties.Take("node-name");
        if (driver == "copy-on-read" && properties.Take("file") is { } filtered)
        {
            properties.Expect("discard", "unmap");
            return properties.Understood && Find(state, filtered, depth + 1) is { } below ? below with { Driver = below.Driver with { CopyOnRead = true }, Options = [option, .. below.Options] } : null;
        }

        var image = Image(state, properties, driver, depth);
        return image is not null && properties.Understood ? image with { Options = [option, .. image.Options] } : null;
    }

    private static BlockImage? Image(ReadingState state, OptionProperties properties, string? driver, int depth)
    {
        var readOnly = properties.Flag("read-only") ?? false;
        var cache = Cache(properties, "");
        var settings = new DiskDriver
        {
            Discard = properties.Word("discard", (string t, out DiskDiscard v) => XmlNames.TryParse(t, out v)),
            DetectZeroes = properties.Word("detect-zeroes", (string t, out DiskDetectZeroes v) => XmlNames.TryParse(t, out v)),
        };
        properties.Take("auto-read-only");
        if (Storage(properties, driver, "") is { } bare)
        {
            return new BlockImage(bare.Type, bare.Source, "raw") { Options = [], ReadOnly = readOnly, Cache = cache, Driver = settings with { Io = Io(properties, "") } };
        }

        BlockImage? backing = null;
        if (properties.Take("backing") is { Length: > 0 } lower)
        {
            backing = Find(state, lower, depth + 1);
            if (backing is null)
            {
                return null;
            }
        }

        IReadOnlyList<QemuOption> options = [];
        (DiskType Type, DiskSource Source)? place;
        var separate = properties.Take("file");
        var prefix = separate is null ? "file." : "";
        var inner = properties;
        if (separate is not null)
        {
            if (state.WithId("-blockdev", separate, "node-name") is not { } storage)
            {
                return null;
            }

            options = [storage];
            inner = storage.Properties;
        }

        inner.Take(prefix + "node-name");
        inner.Take(prefix + "auto-read-only");
        inner.Take(prefix + "read-only");
        inner.Take(prefix + "discard");
        cache = Cache(inner, prefix) ?? cache;
        place = Storage(inner, inner.Take(prefix + "driver"), prefix);
        settings = settings with { Io = Io(inner, prefix) };
        return place is { } found && inner.Understood | ReferenceEquals(inner, properties) && driver is not null
            ? new BlockImage(found.Type, found.Source, found.Type == DiskType.Dir ? "fat" : Format(driver)) { Backing = backing, Options = options, ReadOnly = readOnly, Cache = cache, Driver = settings }
            : null;
    }

    // QEMU calls by other names what the documents call vpc and such.
    private static string Format(string driver) => driver == "parallels" ? "ploop" : driver;

    private static DiskIo? Io(OptionProperties properties, string prefix) => properties.Word(prefix + "aio", (string t, out DiskIo v) => XmlNames.TryParse(t, out v));

    private static (bool Direct, bool NoFlush)? Cache(OptionProperties properties, string prefix)
    {
        var (direct, noFlush) = (properties.Flag(prefix + "cache.direct"), properties.Flag(prefix + "cache.no-flush"));
        return direct is null && noFlush is null ? null : (direct ?? false, noFlush ?? false);
    }

    private static (DiskType Type, DiskSource Source)? Storage(OptionProperties properties, string? driver, string prefix)
    {
        switch (driver)
        {
            case "file":
                properties.Expect(prefix + "locking", "auto");
                return properties.Take(prefix + "filename") is { Length: > 0 } path ? (DiskType.File, new DiskSource { File = path }) : null;
            case "host_device" or "host_cdrom":
                return properties.Take(prefix + "filename") is { Length: > 0 } device ? (DiskType.Block, new DiskSource { Dev = device }) : null;
            case "vvfat":
                properties.Expect(prefix + "rw", "off");
                properties.Take(prefix + "floppy");
                return properties.Take(prefix + "dir") is { Length: > 0 } folder ? (DiskType.Dir, new DiskSource { Dir = folder }) : null;
            case "nbd":
                return Server(properties, prefix) is { } nbd ? DiskSources.Network(DiskProtocol.Nbd, properties.Take(prefix + "export"), nbd) : null;
            case "ssh":
                var secure = Server(properties, prefix);
                var name = properties.Take(prefix + "path");
                return secure is null ? null : DiskSources.Network(DiskProtocol.Ssh, name, secure);
            case "iscsi":
                properties.Expect(prefix + "transport", "tcp");
                var (portal, target, unit) = (properties.Take(prefix + "portal"), properties.Take(prefix + "target"), properties.Number(prefix + "lun"));
                var initiator = properties.Take(prefix + "initiator-name");
                if (portal is null || target is null || DiskSources.Host(portal) is not { } host)
                {
                    return null;
                }

                var (type, source) = DiskSources.Network(DiskProtocol.Iscsi, string.Create(CultureInfo.InvariantCulture, $"{target}/{unit ?? 0}"), host);
                return (type, source with { Initiator = initiator is null ? null : new SourceInitiator { Iqn = initiator } });
            default:
                return null;
        }
    }

    private static SourceHost? Server(OptionProperties properties, string prefix)
    {
        var type = properties.Take(prefix + "server.type");
        var (host, port, path) = (properties.Take(prefix + "server.host"), properties.Take(prefix + "server.port"), properties.Take(prefix + "server.path"));
        return type == "unix" && path is not null ? new SourceHost { Transport = SourceTransport.Unix, Socket = path }
            : type is null or "inet" && host is not null ? new SourceHost { Name = host, Port = port }
            : null;
    }
}
