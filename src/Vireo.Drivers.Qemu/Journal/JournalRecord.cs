using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vireo.Drivers.Qemu.Block;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Journal;

/// <summary>What a journal file says: the plan, and how far it got.</summary>
/// <param name="Path">The journal file.</param>
/// <param name="Plan">The plan.</param>
internal sealed record JournalRecord(string Path, JournalPlan Plan)
{
    /// <summary>How far the operation came.</summary>
    public JournalPhase Phase { get; init; }

    /// <summary>Files made so far, by their index in <see cref="JournalPlan.Create"/>.</summary>
    public ImmutableDictionary<int, FileIdentity> Made { get; init; } = ImmutableDictionary<int, FileIdentity>.Empty;

    /// <summary>Whether the guest's file systems may be frozen: noted before the guest is asked, and holds while the operation is <see cref="JournalPhase.Prepared"/>.</summary>
    public bool Frozen { get; init; }

    /// <summary>Whether a hypervisor may have begun to bring the images back: what they held before is gone then.</summary>
    public bool Loading { get; init; }

    /// <summary>The process that the operation started.</summary>
    public ProcessIdentity? Process { get; init; }

    // The angle brackets of documents stay as they are: that is short, and can be read.
    private static readonly JournalJson s_plain = new(new JsonSerializerOptions(JournalJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The file's first line and the plan on the second.</summary>
    public static byte[] Encode(JournalPlan plan)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(plan, s_plain.JournalPlan);
        var head = string.Create(CultureInfo.InvariantCulture, $"vireo-journal {JournalPlan.CurrentVersion} {body.Length} {Sum(body)}\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body, (byte)'\n'];
    }

    /// <summary>Reads a journal file. Null when the plan is not complete: the crash came while it was written, so nothing else has happened yet.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: a complete journal of a version or kind that is not known.</exception>
    public static JournalRecord? Decode(string path, byte[] bytes)
    {
        var line = Array.IndexOf(bytes, (byte)'\n');
        if (line is < 0 or > 200)
        {
            return null;
        }

        var head = Encoding.ASCII.GetString(bytes, 0, line).Split(' ');
        if (head is not ["vireo-journal", var version, var length, var sum] ||
            !int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ||
            bytes.Length < line + 1 + count + 1)
        {
            return null;
        }

        var body = bytes.AsSpan(line + 1, count);
        if (Sum(body) != sum)
        {
            return null;
        }

        if (version != JournalPlan.CurrentVersion.ToString(CultureInfo.InvariantCulture))
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"journal '{path}' is of version {version}, which this version of Vireo cannot read; use the one that wrote it");
        }

        var plan = JsonSerializer.Deserialize(body, JournalJson.Default.JournalPlan)
            ?? throw VireoException.Internal(ErrorDomain.Qemu, $"journal '{path}' holds no plan");
        return Marks(new JournalRecord(path, plan), Encoding.ASCII.GetString(bytes.AsSpan(line + 1 + count + 1)));
    }

    private static JournalRecord Marks(JournalRecord record, string text)
    {
        var lines = text.Split('\n');

        // What follows the last line feed was cut off while being written.
        foreach (var line in lines.AsSpan(0, lines.Length - 1))
        {
            record = line.Split(' ') switch
            {
                ["made", var index, var identity] when int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && FileIdentity.TryParse(identity, out var file)
                    => record with { Made = record.Made.SetItem(i, file) },
                ["process", ..] when ProcessIdentity.Parse(line.AsSpan(8)) is { } process => record with { Process = process },
                ["freezing"] => record with { Frozen = true },
                ["loading"] => record with { Loading = true },
                ["committed"] => record with { Phase = JournalPhase.Committed },
                _ => throw VireoException.Internal(ErrorDomain.Qemu, $"journal '{record.Path}' holds an unknown line '{line}'"),
            };
        }

        return record;
    }

    private static string Sum(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16));
}
