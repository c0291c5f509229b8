using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>Between disks in documents and images: what a disk element means, and how a chain is shown.</summary>
internal static class DiskDocuments
{
    /// <summary>Where the disk's image lies; null for an empty drive.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a kind of source that is not supported.</exception>
    public static ImageLocation? Location(this DiskConfig disk) => Location(disk.Type, disk.Source is { Auth: null } source ? source with { Auth = disk.Auth } : disk.Source, disk.Target?.Dev, disk.Device == DiskDevice.Floppy);

    /// <summary>What libvirt calls the path of a disk's source: of one on the network its name there. Null for an empty drive.</summary>
    public static string? SourcePath(this DiskConfig disk) => disk.Source is { } source ? source.File ?? source.Dev ?? source.Dir ?? source.Name : null;

    /// <summary>The image's format by the document; raw when it says nothing.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the format is unknown.</exception>
    public static ImageFormat Format(this DiskConfig disk) => disk.Type == DiskType.Dir && disk.Driver?.Type == "fat" ? ImageFormat.Raw : Format(disk.Driver?.Type);

    /// <summary>The names of the nodes that stand above the images, the one that the device reads last. Images change places below them, so they are named after the disk.</summary>
    public static IReadOnlyList<string> NodesAbove(this DiskConfig disk)
    {
        // The medium of a drive is changed with all that stands above it.
        var copying = disk is { Driver.CopyOnRead: true, Device: not (DiskDevice.Cdrom or DiskDevice.Floppy) };
        return [.. copying ? (string[])[$"{disk.Target!.Dev}-copy"] : [], .. disk.Throttlefilters.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"{disk.Target!.Dev}-limit{i}"))];
    }

    /// <summary>How the disk's images are accessed.</summary>
    public static DiskAccess Access(this DiskConfig disk) => new()
    {
        // Guests that share a disk must not each keep a cache of it.
        Cache = disk.Driver?.Cache is { } cache and not DiskCache.Default ? cache.ToXmlName() : disk.Shareable && !disk.Readonly ? "none" : null,
        Aio = disk.Driver?.Io is { } io and not DiskIo.Default ? io.ToXmlName() : null,
        Discard = disk.Driver?.Discard is { } discard and not DiskDiscard.Default ? discard.ToXmlName() : null,
        DetectZeroes = disk.Driver?.DetectZeroes is { } zeroes and not DiskDetectZeroes.Default ? zeroes.ToXmlName() : null,
        ReadOnly = disk.Readonly || disk.Device == DiskDevice.Cdrom,
        MetadataCache = disk.Driver?.MetadataCache?.MaxSize?.Bytes,
        DiscardNoUnref = disk.Driver?.DiscardNoUnref,
    };

    /// <summary>The chain of the disk's images: by the document where it tells all of it, else by the images' own metadata.</summary>
    /// <exception cref="VireoException">As <see cref="ImageChain.Read"/>.</exception>
    public static ImageChain? Chain(this DiskConfig disk)
    {
        if (disk.Location() is not { } top)
        {
            return null;
        }

        if (disk.Source?.Slices?.Slices.Find(static slice => slice.Type == "storage") is { } slice)
        {
            return new ImageChain([Layer(top, disk.Format()) with { Slice = slice, VirtualSize = (long)Math.Min(slice.Size ?? 0, long.MaxValue) }]);
        }

        return Encrypted(FromDocument(disk, top) ?? ImageChain.Read(top, disk.Format()), disk.Source?.Encryption ?? disk.Encryption);
    }

    // What the disk says of its encryption holds for every image of it that is encrypted: an overlay that stands on such a one is not. When none seems to be, it is for
    // QEMU to say so: nobody is to get a plain disk who has asked for another.
    private static ImageChain Encrypted(ImageChain chain, StorageEncryption? encryption)
    {
        if (encryption is null)
        {
            return chain;
        }

        var top = chain.Layers.Any(layer => layer.Encrypted || layer.Encryption is not null) ? -1 : 0;
        return new ImageChain([.. chain.Layers.Select((layer, i) => layer.Encryption is not null || !(layer.Encrypted || i == top) ? layer : layer with
        {
            Encryption = encryption,
            Format = layer.Format == ImageFormat.Luks ? ImageFormat.Raw : layer.Format,
            // The head of the volume is none of the disk.
            VirtualSize = layer.Format == ImageFormat.Qcow2 ? layer.VirtualSize : layer.Location.LocalPath is { } volume ? LuksHeader.PayloadSize(volume) : null,
        })]);
    }

    /// <summary>The chain as far as the document tells it. Nothing is opened, so it may stop before the chain's end.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a kind of source that is not supported.</exception>
    public static ImageChain? NamedChain(this DiskConfig disk)
    {
        if (disk.Type is DiskType.VhostUser or DiskType.VhostVdpa || disk.Location() is not { } top)
        {
            // Another process has the image, if there is one at all.
            return null;
        }

        var layers = new List<ImageLayer> { Named(top, disk.Format(), disk.Source, disk.Encryption) };
        for (var store = disk.BackingStore; store?.Source is { } source; store = store.Backing)
        {
            if (Location(store.Type ?? DiskType.File, source, disk.Target?.Dev) is { } below)
            {
                layers.Add(Named(below, Format(store.Format?.Type), source, null));
            }
        }

        return new ImageChain([.. layers]);
    }

    /// <summary>The disk as the live document shows it: every layer with its number.</summary>
    public static DiskConfig Show(this DiskConfig disk, LiveDisk live)
    {
        if (live.Chain is not { } chain)
        {
            // An empty drive holds no format; what another process has, has.
            return disk.Type == DiskType.VhostUser ? disk : disk with { Driver = disk.Driver is { } driver ? driver with { Type = null } : null };
        }

        BackingStore? below = new();
        for (var i = chain.Layers.Length - 1; i > 0; i--)
        {
            var layer = chain.Layers[i];
            var (type, source) = Source(layer.Location);
            below = new BackingStore
            {
                Type = type,
                Index = (uint)live.Numbers[i],
                Format = new BackingFormat { Type = layer.Format.Name() },
                Source = source with { Encryption = layer.Encryption },
                Backing = below,
            };
        }

        return disk.WithTop(chain.Top) with
        {
            Source = disk.WithTop(chain.Top).Source! with { Index = (uint)live.Numbers[0] },
            BackingStore = below,
        };
    }

    /// <summary>The disk with another image, as the inactive document shows it.</summary>
    public static DiskConfig WithTop(this DiskConfig disk, ImageLayer top)
    {
        if (disk.Location() == top.Location && disk.Format() == top.Format)
        {
            return disk;
        }

        var (type, source) = Source(top.Location);
        return disk with
        {
            Type = type,
            Source = source with { Seclabels = disk.Source?.Seclabels ?? default, StartupPolicy = disk.Source?.StartupPolicy, Encryption = disk.Source?.Encryption },
            Driver = (disk.Driver ?? new DiskDriver { Name = "qemu" }) with { Type = top.Format.Name() },
            BackingStore = null,
        };
    }

    /// <summary>An image's place in a document's terms.</summary>
    public static (DiskType Type, DiskSource Source) Source(ImageLocation location) => location switch
    {
        FileLocation file => (DiskType.File, new DiskSource { File = file.Path }),
        LentLocation lent => (DiskType.File, new DiskSource { File = lent.Path, Fdgroup = lent.Group }),
        BlockDeviceLocation device => (DiskType.Block, new DiskSource { Dev = device.Path }),
        NetworkLocation { Document: { } document } => (DiskType.Network, document),
        FolderLocation folder => (DiskType.Dir, new DiskSource { Dir = folder.Path }),
        NvmeLocation nvme => (DiskType.Nvme, nvme.Document),
        NetworkLocation network => (DiskType.Network, new DiskSource
        {
            Protocol = Protocol(network),
            Name = network.Name,
            Hosts =
            [
                new SourceHost
                {
                    Name = network.Host,
                    Port = network.Port?.ToString(CultureInfo.InvariantCulture),
                    Transport = network.Socket is null ? null : SourceTransport.Unix,
                    Socket = network.Socket,
                },
            ],
        }),
        _ => throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"image '{location.Display}' is of a kind that is not supported"),
    };

    private static DiskProtocol Protocol(NetworkLocation network) => XmlNames.TryParse(network.Protocol, out DiskProtocol protocol)
        ? protocol
        : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"image '{network.Display}' is reached by protocol '{network.Protocol}', which is not supported");

    private static ImageChain? FromDocument(DiskConfig disk, ImageLocation top)
    {
        var layers = new List<ImageLayer> { Layer(top, disk.Format()) };
        for (var store = disk.BackingStore; ; store = store.Backing)
        {
            if (store is null)
            {
                // The document stops before the chain's end.
                return null;
            }

            if (store.Source is null)
            {
                return new ImageChain([.. layers]);
            }

            if (layers.Count >= ChainReader.MaxDepth)
            {
                throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Storage, $"backing chain of '{top.Display}' is deeper than {ChainReader.MaxDepth} images");
            }

            var location = Location(store.Type ?? DiskType.File, store.Source, disk.Target?.Dev)
                ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"a backingStore of disk '{disk.Target?.Dev}' has an empty source");
            layers.Add(Layer(location, Format(store.Format?.Type)) with { Encryption = store.Source.Encryption });
        }
    }

    private static ImageLayer Named(ImageLocation location, ImageFormat format, DiskSource? source, StorageEncryption? encryption) => new(location, format)
    {
        Encryption = source?.Encryption ?? encryption,
        Slice = source?.Slices?.Slices.Find(s => s.Type == "storage"),
    };

    private static ImageLayer Layer(ImageLocation location, ImageFormat format)
    {
        (location as FolderLocation)?.RequireThere();
        if (location.LocalPath is not { } path)
        {
            return new ImageLayer(location, format);
        }

        var probe = ImageProbe.Read(path, format);
        return new ImageLayer(location, format) { VirtualSize = probe.VirtualSize, Identity = probe.Identity, Encrypted = probe.Qcow2?.Encryption > 0 || format == ImageFormat.Luks, HasBitmaps = probe.Qcow2?.HasBitmaps == true };
    }

    private static ImageFormat Format(string? name) => name is null
        ? ImageFormat.Raw
        : ImageFormats.FromName(name) ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"unknown driver format value '{name}'");

    /// <summary>Where an image lies by its element; null when that is empty.</summary>
    /// <param name="type">What kind of place.</param>
    /// <param name="source">The element.</param>
    /// <param name="target">The disk, for messages.</param>
    /// <param name="floppy">The disk is a floppy.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a kind of source that is not supported.</exception>
    public static ImageLocation? Location(DiskType type, DiskSource? source, string? target, bool floppy = false) => type switch
    {
        DiskType.File when source is { File: { } lent, Fdgroup: { } group } => new LentLocation(lent, group),
        DiskType.File => source?.File is { } file ? new FileLocation(file) : null,
        DiskType.Block => source?.Dev is { } device ? new BlockDeviceLocation(device) : null,
        DiskType.Dir => source?.Dir is { } folder ? new FolderLocation(folder, floppy) : null,
        DiskType.Nvme when source is not null => new NvmeLocation(Lasting(source)),
        DiskType.Network when source is { Protocol: { } protocol } => Network(source, protocol),
        // Another process has it.
        DiskType.VhostUser => null,
        DiskType.Volume => throw new VireoException(ErrorCode.NoStoragePool, ErrorDomain.Storage, $"no storage pool with matching name '{source?.Pool}'"),
        _ => throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"disk '{target}' has a source of type '{type.ToXmlName()}', which is not supported yet"),
    };

    private static NetworkLocation Network(DiskSource source, DiskProtocol protocol)
    {
        var plain = new NetworkLocation(
            protocol.ToXmlName(),
            source.Name,
            source.Hosts is [{ Socket: null } host, ..] ? host.Name : null,
            source.Hosts is [{ Port: { } text }, ..] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null,
            source.Hosts is [{ Socket: { } socket }, ..] ? socket : null);
        var lasting = Lasting(source);
        return HasMore(lasting) ? plain with { Document = lasting } : plain;
    }

    private static bool HasMore(DiskSource source) =>
        source.Hosts.Count > 1 || source.Hosts.Any(h => h.Transport == SourceTransport.Rdma) || source != new DiskSource { Protocol = source.Protocol, Name = source.Name, Hosts = source.Hosts };

    // Without what is of a run, of the disk as a whole, or of the format.
    private static DiskSource Lasting(DiskSource source) =>
        source with { Index = null, PrivateData = null, Seclabels = [], StartupPolicy = null, Encryption = null, Slices = null, Reservations = null, DataStore = null };
}
