namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Looking into a guest.</summary>
internal static partial class Qmp
{
    /// <summary>dump-guest-memory into a descriptor given by getfd. Returns at once; DUMP_COMPLETED tells how it went.</summary>
    /// <param name="fd">The descriptor's name.</param>
    /// <param name="format">QEMU's word; null for ELF.</param>
    public static QmpCommand DumpGuestMemory(string fd, string? format) => new("dump-guest-memory", w =>
    {
        w.WriteBoolean("paging", false);
        w.WriteString("protocol", "fd:" + fd);
        w.WriteBoolean("detach", true);
        if (format is not null)
        {
            w.WriteString("format", format);
        }
    });

    /// <summary>query-dump: status (none, active, completed, failed), bytes done and bytes in all.</summary>
    public static QmpCommand<QmpDump> QueryDump { get; } = new("query-dump", static reply => new(reply.Str("status"), reply.Num("completed") ?? 0, reply.Num("total") ?? 0));

    /// <summary>query-dump-guest-memory-capability: the formats it can write.</summary>
    public static QmpCommand<IReadOnlyList<string>> QueryDumpFormats { get; } =
        new("query-dump-guest-memory-capability", static reply => [.. reply.GetProperty("formats").EnumerateArray().Select(static format => format.GetString() ?? "")]);

    /// <summary>screendump into a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="png">In PNG, not in PPM.</param>
    /// <param name="device">The display's device; null for the first.</param>
    /// <param name="head">Which of its heads.</param>
    public static QmpCommand Screendump(string path, bool png, string? device, uint head) => new("screendump", w =>
    {
        w.WriteString("filename", path);
        if (device is not null)
        {
            w.WriteString("device", device);
            w.WriteNumber("head", head);
        }

        if (png)
        {
            w.WriteString("format", "png");
        }
    });

    /// <summary>memsave or pmemsave: guest memory into a file.</summary>
    /// <param name="physical">By physical address.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="size">How much, in bytes.</param>
    /// <param name="path">The file.</param>
    public static QmpCommand SaveMemory(bool physical, ulong offset, uint size, string path) => new(physical ? "pmemsave" : "memsave", w =>
    {
        w.WriteNumber("val", offset);
        w.WriteNumber("size", size);
        w.WriteString("filename", path);
    });

    /// <summary>set-action.</summary>
    /// <param name="on">What happens: <c>reboot</c>, <c>shutdown</c>, <c>panic</c>, <c>watchdog</c>.</param>
    /// <param name="action">What QEMU does then.</param>
    public static QmpCommand SetAction(string on, string action) => new("set-action", w => w.WriteString(on, action));

    /// <summary>add_client: gives a display a client that is connected already.</summary>
    /// <param name="protocol"><c>vnc</c> or <c>spice</c>.</param>
    /// <param name="fd">The name of its descriptor.</param>
    /// <param name="skipAuth">It need not say who it is.</param>
    public static QmpCommand AddClient(string protocol, string fd, bool skipAuth) => new("add_client", w =>
    {
        w.WriteString("protocol", protocol);
        w.WriteString("fdname", fd);
        w.WriteBoolean("skipauth", skipAuth);
    });

    /// <summary>display-reload: reads the certificates of the VNC display anew.</summary>
    public static QmpCommand ReloadVncCertificates { get; } = new("display-reload", w =>
    {
        w.WriteString("type", "vnc");
        w.WriteBoolean("tls-certs", true);
    });
}

/// <summary>How a dump of memory alone stands.</summary>
/// <param name="Status">none, active, completed or failed.</param>
/// <param name="Completed">Bytes written.</param>
/// <param name="Total">Bytes to write.</param>
internal sealed record QmpDump(string Status, long Completed, long Total);
