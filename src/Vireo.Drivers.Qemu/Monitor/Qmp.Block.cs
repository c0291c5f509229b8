using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Disks: nodes, snapshots and jobs.</summary>
internal static partial class Qmp
{
    /// <summary>blockdev-add of a node whose options stand ready as a JSON object.</summary>
    public static QmpCommand BlockdevAdd(ReadOnlyMemory<byte> options) => QmpCommand.Raw("blockdev-add", options);

    /// <summary>blockdev-add, with the options that <paramref name="options"/> writes.</summary>
    public static QmpCommand BlockdevAdd(Action<Utf8JsonWriter> options) => new("blockdev-add", options);

    /// <summary>blockdev-reopen of one node, with all of its options.</summary>
    public static QmpCommand BlockdevReopen(string options) => new("blockdev-reopen", w =>
    {
        w.WriteStartArray("options");
        w.WriteRawValue(options, skipInputValidation: true);
        w.WriteEndArray();
    });

    /// <summary>block-dirty-bitmap-remove.</summary>
    public static QmpCommand BitmapRemove(string node, string name) => new("block-dirty-bitmap-remove", w =>
    {
        w.WriteString("node", node);
        w.WriteString("name", name);
    });

    /// <summary>nbd-server-start on a UNIX socket.</summary>
    /// <param name="socket">Its path.</param>
    /// <param name="credentials">The object with the TLS credentials; null for no TLS.</param>
    public static QmpCommand NbdServerStart(string socket, string? credentials) => NbdServerStart("unix", w => w.WriteString("path", socket), credentials);

    /// <summary>nbd-server-start on a TCP port.</summary>
    /// <param name="host">Where it listens.</param>
    /// <param name="port">The port.</param>
    /// <param name="credentials">The object with the TLS credentials; null for no TLS.</param>
    public static QmpCommand NbdServerStart(string host, uint port, string? credentials) => NbdServerStart(
        "inet",
        w =>
        {
            w.WriteString("host", host);
            w.WriteString("port", port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        },
        credentials);

    private static QmpCommand NbdServerStart(string type, Action<Utf8JsonWriter> address, string? credentials) => new("nbd-server-start", w =>
    {
        w.WriteStartObject("addr");
        w.WriteString("type", type);
        w.WriteStartObject("data");
        address(w);
        w.WriteEndObject();
        w.WriteEndObject();
        if (credentials is not null)
        {
            w.WriteString("tls-creds", credentials);
        }
    });

    /// <summary>nbd-server-stop: ends every export.</summary>
    public static QmpCommand NbdServerStop { get; } = new("nbd-server-stop");

    /// <summary>block-export-add by NBD, read only, with a dirty bitmap when one is named, and the depth of what is allocated when that is asked for.</summary>
    public static QmpCommand NbdExport(string id, string node, string name, string? bitmap, bool depth = false) => new("block-export-add", w =>
    {
        w.WriteString("type", "nbd");
        w.WriteString("id", id);
        w.WriteString("node-name", node);
        w.WriteBoolean("writable", false);
        w.WriteString("name", name);
        if (depth)
        {
            w.WriteBoolean("allocation-depth", true);
        }

        if (bitmap is not null)
        {
            w.WriteStartArray("bitmaps");
            w.WriteStringValue(bitmap);
            w.WriteEndArray();
        }
    });

    /// <summary>blockdev-open-tray.</summary>
    /// <param name="drive">The drive's id.</param>
    /// <param name="force">Although the guest has locked it.</param>
    public static QmpCommand OpenTray(string drive, bool force) => new("blockdev-open-tray", w =>
    {
        w.WriteString("id", drive);
        w.WriteBoolean("force", force);
    });

    /// <summary>blockdev-close-tray.</summary>
    public static QmpCommand CloseTray(string drive) => new("blockdev-close-tray", w => w.WriteString("id", drive));

    /// <summary>blockdev-remove-medium.</summary>
    public static QmpCommand RemoveMedium(string drive) => new("blockdev-remove-medium", w => w.WriteString("id", drive));

    /// <summary>blockdev-insert-medium.</summary>
    public static QmpCommand InsertMedium(string drive, string node) => new("blockdev-insert-medium", w =>
    {
        w.WriteString("id", drive);
        w.WriteString("node-name", node);
    });

    /// <summary>blockdev-del.</summary>
    public static QmpCommand BlockdevDel(string node) => new("blockdev-del", w => w.WriteString("node-name", node));

    /// <summary>blockdev-snapshot: puts <paramref name="overlay"/>, added without backing, over <paramref name="node"/>.</summary>
    public static QmpCommand BlockdevSnapshot(string node, string overlay) => new("blockdev-snapshot", w =>
    {
        w.WriteString("node", node);
        w.WriteString("overlay", overlay);
    });

    /// <summary>transaction: all of the actions or none; <paramref name="actions"/> writes the objects of the array.</summary>
    public static QmpCommand Transaction(Action<Utf8JsonWriter> actions) => new("transaction", w =>
    {
        w.WriteStartArray("actions");
        actions(w);
        w.WriteEndArray();
    });

    /// <summary>transaction of blockdev-snapshot for every pair: all overlays or none.</summary>
    public static QmpCommand SnapshotAll(IEnumerable<(string Node, string Overlay)> pairs) => Transaction(w =>
    {
        foreach (var (node, overlay) in pairs)
        {
            w.WriteStartObject();
            w.WriteString("type", "blockdev-snapshot");
            w.WriteStartObject("data");
            w.WriteString("node", node);
            w.WriteString("overlay", overlay);
            w.WriteEndObject();
            w.WriteEndObject();
        }
    });

    /// <summary>query-named-block-nodes, flat: each node once, without its backing chain repeated.</summary>
    public static QmpCommand<IReadOnlyList<QmpBlockNode>> QueryNamedBlockNodes { get; } =
        new("query-named-block-nodes", static reply => [.. reply.EnumerateArray().Select(QmpBlockNode.Read)], static w => w.WriteBoolean("flat", true));

    /// <summary>query-block: what is plugged into each disk device.</summary>
    public static QmpCommand<IReadOnlyList<QmpBlockDevice>> QueryBlock { get; } =
        new("query-block", static reply => [.. reply.EnumerateArray().Select(QmpBlockDevice.Read)]);

    /// <summary>query-block-jobs.</summary>
    public static QmpCommand<IReadOnlyList<QmpBlockJob>> QueryBlockJobs { get; } =
        new("query-block-jobs", static reply => [.. reply.EnumerateArray().Select(QmpBlockJob.Read)]);

    /// <summary>query-blockstats: what is counted of each disk device and of its images.</summary>
    public static QmpCommand<IReadOnlyList<QmpBlockCounters>> QueryBlockstats { get; } =
        new("query-blockstats", static reply => [.. reply.EnumerateArray().Select(QmpBlockCounters.Read)]);

    /// <summary>block_resize of a node, to bytes.</summary>
    public static QmpCommand BlockResize(string node, long bytes) => new("block_resize", w =>
    {
        w.WriteString("node-name", node);
        w.WriteNumber("size", bytes);
    });

    /// <summary>block-commit: moves what is above <paramref name="baseNode"/> up to <paramref name="top"/> down into it.</summary>
    public static QmpCommand BlockCommit(string job, string device, string top, string baseNode, string? backingFile, long speed) => new("block-commit", w =>
    {
        w.WriteString("job-id", job);
        w.WriteString("device", device);
        w.WriteString("top-node", top);
        w.WriteString("base-node", baseNode);
        if (backingFile is not null)
            w.WriteString("backing-file", backingFile);
        if (speed > 0)
            w.WriteNumber("speed", speed);
        w.WriteBoolean("auto-finalize", true);
        w.WriteBoolean("auto-dismiss", false);
    });

    /// <summary>block-stream: copies what lies below, down to <paramref name="baseNode"/>, up into <paramref name="device"/>.</summary>
    public static QmpCommand BlockStream(string job, string device, string? baseNode, string? backingFile, long speed) => new("block-stream", w =>
    {
        w.WriteString("job-id", job);
        w.WriteString("device", device);
        if (baseNode is not null)
            w.WriteString("base-node", baseNode);
        if (backingFile is not null)
            w.WriteString("backing-file", backingFile);
        if (speed > 0)
            w.WriteNumber("speed", speed);
        w.WriteBoolean("auto-finalize", true);
        w.WriteBoolean("auto-dismiss", false);
    });

    /// <summary>blockdev-mirror: copies <paramref name="device"/> to the node <paramref name="target"/> and keeps both alike; in the end that takes the place of <paramref name="replaces"/>, or of the device's.</summary>
    public static QmpCommand BlockdevMirror(string job, string device, string? replaces, string target, bool topOnly, long speed, uint granularity, long buffer, bool synchronous) => new("blockdev-mirror", w =>
    {
        w.WriteString("job-id", job);
        w.WriteString("device", device);
        w.WriteString("target", target);
        if (replaces is not null)
            w.WriteString("replaces", replaces);
        w.WriteString("sync", topOnly ? "top" : "full");
        if (speed > 0)
            w.WriteNumber("speed", speed);
        if (granularity > 0)
            w.WriteNumber("granularity", granularity);
        if (buffer > 0)
            w.WriteNumber("buf-size", buffer);
        if (synchronous)
            w.WriteString("copy-mode", "write-blocking");
        w.WriteBoolean("auto-finalize", true);
        w.WriteBoolean("auto-dismiss", false);
    });

    /// <summary>block-job-set-speed, in bytes a second; 0 for no limit.</summary>
    public static QmpCommand BlockJobSetSpeed(string job, long speed) => new("block-job-set-speed", w =>
    {
        w.WriteString("device", job);
        w.WriteNumber("speed", speed);
    });

    /// <summary>block-job-cancel: a job that is ready stops where it is, unless <paramref name="force"/>.</summary>
    public static QmpCommand BlockJobCancel(string job, bool force) => new("block-job-cancel", w =>
    {
        w.WriteString("device", job);
        w.WriteBoolean("force", force);
    });

    /// <summary>block-set-write-threshold of a node, in bytes; 0 for none.</summary>
    public static QmpCommand BlockSetWriteThreshold(string node, ulong bytes) => new("block-set-write-threshold", w =>
    {
        w.WriteString("node-name", node);
        w.WriteNumber("write-threshold", bytes);
    });

    /// <summary>change-backing-file: what an image's header says of its backing file.</summary>
    public static QmpCommand ChangeBackingFile(string device, string imageNode, string backingFile) => new("change-backing-file", w =>
    {
        w.WriteString("device", device);
        w.WriteString("image-node-name", imageNode);
        w.WriteString("backing-file", backingFile);
    });

    /// <summary>job-complete: ends a job that is ready.</summary>
    public static QmpCommand JobComplete(string job) => new("job-complete", w => w.WriteString("id", job));

    /// <summary>job-cancel.</summary>
    public static QmpCommand JobCancel(string job) => new("job-cancel", w => w.WriteString("id", job));

    /// <summary>job-dismiss: forgets a job that has ended.</summary>
    public static QmpCommand JobDismiss(string job) => new("job-dismiss", w => w.WriteString("id", job));

    /// <summary>query-jobs.</summary>
    public static QmpCommand<IReadOnlyList<QmpJob>> QueryJobs { get; } = new("query-jobs", static reply => [.. reply.EnumerateArray().Select(QmpJob.Read)]);

    /// <summary>blockdev-create, as a job.</summary>
    public static QmpCommand BlockdevCreate(string job, Action<Utf8JsonWriter> options) => new("blockdev-create", w =>
    {
        w.WriteString("job-id", job);
        w.WriteStartObject("options");
        options(w);
        w.WriteEndObject();
    });
}
