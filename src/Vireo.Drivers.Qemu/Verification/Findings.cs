using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Verification;

/// <summary>Where the checks say what they found. Bounded, so that the answer fits a message whatever lies on the disks.</summary>
internal sealed class Findings
{
    private const int Most = 400;
    private const int MostNames = 8;
    private readonly List<SnapshotFinding> _found = [];
    private int _untold;

    /// <summary>What was found so far, in order.</summary>
    public IEnumerable<SnapshotFinding> All => _untold == 0
        ? _found
        : _found.Append(new SnapshotFinding { Severity = "warning", What = $"{_untold} more findings are not shown", Advice = "put right what is shown and verify again" });

    /// <summary>Data or metadata is lost or damaged.</summary>
    public void Error(string what, string advice, IEnumerable<string>? snapshots = null, string? disk = null, string? file = null) => Add("error", what, advice, snapshots, disk, file);

    /// <summary>Something is not as it should be.</summary>
    public void Warning(string what, string advice, IEnumerable<string>? snapshots = null, string? disk = null, string? file = null, bool repaired = false) =>
        Add("warning", what, repaired ? null : advice, snapshots, disk, file, repaired);

    /// <summary>Something was not checked.</summary>
    public void Note(string what, string? file = null, string? disk = null) => Add("note", what, null, null, disk, file);

    /// <summary>Something was wrong and is not any more.</summary>
    public void Repaired(string what, IEnumerable<string> snapshots, string? file = null) => Add("error", what, null, snapshots, null, file, repaired: true);

    /// <summary>Whoever names a file can put anything into the name; the answer is XML, and is shown on terminals.</summary>
    private static string Printable(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(c => char.IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}") : c.ToString()))
        : text;

    private void Add(string severity, string what, string? advice, IEnumerable<string>? snapshots, string? disk, string? file, bool repaired = false)
    {
        if (_found.Count >= Most)
        {
            _untold++;
            return;
        }

        _found.Add(new SnapshotFinding
        {
            Severity = severity,
            Disk = disk,
            File = file is null ? null : Printable(file),
            Repaired = repaired ? true : null,
            Snapshots = [.. (snapshots ?? []).Take(MostNames).Select(Printable)],
            What = Printable(what),
            Advice = advice,
        });
    }
}
