using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>What QEMU is to do with nodes and dirty bitmaps in one step, all of it or nothing.</summary>
internal sealed class BlockTransaction
{
    private readonly List<Action<Utf8JsonWriter>> _actions = [];

    /// <summary>Whether nothing is to be done.</summary>
    public bool IsEmpty => _actions.Count == 0;

    /// <summary>The command.</summary>
    public QmpCommand Command => Qmp.Transaction(WriteTo);

    /// <summary>Writes the actions.</summary>
    public void WriteTo(Utf8JsonWriter json) => _actions.ForEach(a => a(json));

    /// <summary>block-dirty-bitmap-add.</summary>
    /// <param name="node">The node whose writes it records.</param>
    /// <param name="name">Its name.</param>
    /// <param name="persistent">It is stored in the image; else it is a temporary one that records nothing.</param>
    /// <param name="granularity">Bytes a bit; 0 for QEMU's own.</param>
    public void AddBitmap(string node, string name, bool persistent, long granularity = 0) => Do("block-dirty-bitmap-add", w =>
    {
        w.WriteString("node", node);
        w.WriteString("name", name);
        w.WriteBoolean("persistent", persistent);
        w.WriteBoolean("disabled", !persistent);
        if (granularity > 0)
        {
            w.WriteNumber("granularity", granularity);
        }
    });

    /// <summary>block-dirty-bitmap-merge of bitmaps of one name.</summary>
    public void MergeBitmaps(string node, string target, string name, IEnumerable<string> nodes) => Do("block-dirty-bitmap-merge", w =>
    {
        w.WriteString("node", node);
        w.WriteString("target", target);
        w.WriteStartArray("bitmaps");
        foreach (var source in nodes)
        {
            w.WriteStartObject();
            w.WriteString("node", source);
            w.WriteString("name", name);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });

    /// <summary>block-dirty-bitmap-remove.</summary>
    public void RemoveBitmap(string node, string name) => Do("block-dirty-bitmap-remove", w =>
    {
        w.WriteString("node", node);
        w.WriteString("name", name);
    });

    /// <summary>blockdev-backup.</summary>
    /// <param name="job">The job's id.</param>
    /// <param name="node">What is backed up.</param>
    /// <param name="target">Where to.</param>
    /// <param name="sync">full, incremental (by <paramref name="bitmap"/>), or none: only what is about to be overwritten.</param>
    /// <param name="bitmap">The bitmap; null for none.</param>
    public void Backup(string job, string node, string target, string sync, string? bitmap) => Do("blockdev-backup", w =>
    {
        w.WriteString("device", node);
        w.WriteString("job-id", job);
        w.WriteString("target", target);
        w.WriteString("sync", sync);
        if (bitmap is not null)
        {
            w.WriteString("bitmap", bitmap);
        }

        w.WriteBoolean("auto-finalize", true);
        w.WriteBoolean("auto-dismiss", false);
    });

    private void Do(string type, Action<Utf8JsonWriter> data) => _actions.Add(w =>
    {
        w.WriteStartObject();
        w.WriteString("type", type);
        w.WriteStartObject("data");
        data(w);
        w.WriteEndObject();
        w.WriteEndObject();
    });
}
