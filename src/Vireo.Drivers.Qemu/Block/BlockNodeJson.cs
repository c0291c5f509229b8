using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>
/// The options that make QEMU open a layer, for <c>-blockdev</c> and <c>blockdev-add</c>. A layer is one command: the storage node stands inside its
/// format node, with a name of its own, and goes when that goes.
/// </summary>
internal static class BlockNodeJson
{
    /// <summary>The options of every layer of a chain, the lowest first: the order in which QEMU must get them.</summary>
    /// <param name="chain">The disk's images.</param>
    /// <param name="numbers">Their numbers, top first.</param>
    /// <param name="access">How the disk is accessed.</param>
    public static IReadOnlyList<string> ForChain(ImageChain chain, IReadOnlyList<int> numbers, DiskAccess access)
    {
        var nodes = new List<string>(chain.Layers.Length);
        for (var i = chain.Layers.Length - 1; i >= 0; i--)
        {
            int? below = i + 1 < chain.Layers.Length ? numbers[i + 1] : null;
            nodes.Add(ForLayer(chain.Layers[i], numbers[i], below, access with { ReadOnly = access.ReadOnly || i > 0, DetectZeroes = i == 0 ? access.DetectZeroes : null }));
        }

        return nodes;
    }

    /// <summary>The options of a layer that is complete in itself.</summary>
    /// <param name="layer">The image.</param>
    /// <param name="number">Its number.</param>
    /// <param name="below">The number of the layer it stands on; null when nothing is (to be) opened below it.</param>
    /// <param name="access">How it is accessed.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the protocol is not supported.</exception>
    public static string ForLayer(ImageLayer layer, int number, int? below, DiskAccess access) => Node(layer, number, below, access, reopen: false);

    /// <summary>The options of a layer that is open, for opening it anew: its storage stays as it is.</summary>
    public static string ForReopen(ImageLayer layer, int number, int? below, DiskAccess access) => Node(layer, number, below, access, reopen: true);

    /// <summary>A whole chain as one file name for QEMU's tools, which then only reads: every layer is named with its format, so that nothing is looked up or guessed.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="shared">Whether it is opened although somebody may write to it: for what is read of it nobody does.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the protocol is not supported.</exception>
    public static string ForTool(ImageChain chain, bool shared)
    {
        LentFiles.Refuse(chain, "is read by nobody else");
        void Write(Utf8JsonWriter json, int layer)
        {
            Action<Utf8JsonWriter>? below = layer + 1 < chain.Layers.Length ? w => Write(w, layer + 1) : null;
            WriteNode(json, chain.Layers[layer], layer + 1, below, new DiskAccess { ReadOnly = true }, reopen: false, shared);
        }

        return "json:" + Text(json => Write(json, 0));
    }

    private static string Node(ImageLayer layer, int number, int? below, DiskAccess access, bool reopen) =>
        Text(json => WriteNode(json, layer, number, below is { } lower ? w => w.WriteStringValue(NodeNumbers.Format(lower)) : null, access, reopen));

    private static string Text(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteNode(Utf8JsonWriter json, ImageLayer layer, int number, Action<Utf8JsonWriter>? below, DiskAccess access, bool reopen, bool shared = false)
    {
        json.WriteStartObject();
        json.WriteString("driver"u8, layer.Encryption is not null && layer.Format == ImageFormat.Raw ? "luks" : layer.Format.QemuDriver());
        json.WriteString("node-name"u8, NodeNumbers.Format(number));
        if (access.ReadOnly || reopen)
        {
            // Of a node that is opened for the first time the other is the default, and the monitor reads slowly.
            json.WriteBoolean("read-only"u8, access.ReadOnly);
        }

        if (shared)
        {
            json.WriteBoolean("force-share"u8, true);
        }

        WriteCommon(json, access);
        if (access.DetectZeroes is { } zeroes and not "off")
        {
            json.WriteString("detect-zeroes"u8, zeroes);
        }

        WriteFormat(json, layer, number, access);
        if (reopen)
        {
            json.WriteString("file"u8, layer.Slice is null ? NodeNumbers.Storage(number) : NodeNumbers.Slice(number));
        }
        else
        {
            WriteFile(json, layer, number, access);
        }

        if (below is not null)
        {
            json.WritePropertyName("backing"u8);
            below(json);
        }
        else if (layer.Format.CanHaveBacking())
        {
            // Without this QEMU would open whatever the header names, by itself and under a name nobody knows.
            json.WriteNull("backing"u8);
        }

        json.WriteEndObject();
    }

    // What the format's own driver is told.
    private static void WriteFormat(Utf8JsonWriter json, ImageLayer layer, int number, DiskAccess access)
    {
        if (layer.Encryption is not null)
        {
            if (layer.Format == ImageFormat.Qcow2)
            {
                json.WriteStartObject("encrypt"u8);
                json.WriteString("format"u8, "luks"u8);
                json.WriteString("key-secret"u8, NodeNumbers.KeySecret(number));
                json.WriteEndObject();
            }
            else
            {
                json.WriteString("key-secret"u8, NodeNumbers.KeySecret(number));
            }
        }

        if (layer.Format == ImageFormat.Qcow2 && access.MetadataCache is { } size)
        {
            json.WriteNumber("cache-size"u8, size);
        }

        if (layer.Format == ImageFormat.Qcow2 && access.DiscardNoUnref is { } keep)
        {
            json.WriteBoolean("discard-no-unref"u8, keep);
        }
    }

    private static void WriteFile(Utf8JsonWriter json, ImageLayer layer, int number, DiskAccess access)
    {
        json.WriteStartObject("file"u8);
        if (layer.Slice is { } slice)
        {
            json.WriteString("driver"u8, "raw"u8);
            json.WriteString("node-name"u8, NodeNumbers.Slice(number));
            json.WriteNumber("offset"u8, slice.Offset ?? 0);
            json.WriteNumber("size"u8, slice.Size ?? 0);
            json.WriteStartObject("file"u8);
            WriteStorage(json, layer.Location, number, access);
            json.WriteEndObject();
        }
        else
        {
            WriteStorage(json, layer.Location, number, access);
        }

        json.WriteEndObject();
    }

    private static void WriteStorage(Utf8JsonWriter json, ImageLocation location, int number, DiskAccess access)
    {
        BlockStorageJson.Write(json, location, access, NodeNumbers.AuthSecret(number), NodeNumbers.CookieSecret(number), LentFiles.PathOf(number));
        json.WriteString("node-name"u8, NodeNumbers.Storage(number));
        WriteCommon(json, access);
        if (location is LentLocation)
        {
            // What is lent is opened just as it is meant: it cannot be opened anew for more.
            json.WriteBoolean("read-only"u8, access.ReadOnly);
        }
        else
        {
            json.WriteBoolean("auto-read-only"u8, true);
        }

        if (access.Discard is null)
        {
            json.WriteString("discard"u8, "unmap"u8);
        }
    }

    private static void WriteCommon(Utf8JsonWriter json, DiskAccess access)
    {
        if (access.CacheFlags is { } cache)
        {
            json.WriteStartObject("cache"u8);
            json.WriteBoolean("direct"u8, cache.Direct);
            json.WriteBoolean("no-flush"u8, cache.NoFlush);
            json.WriteEndObject();
        }

        if (access.Discard is { } discard)
        {
            json.WriteString("discard"u8, discard);
        }
    }
}
