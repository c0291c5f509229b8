using System.Globalization;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>What a run has of one file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Identity">Which file that was: another one of that name is none of ours.</param>
/// <param name="Use">Whether other domains are kept from it.</param>
/// <param name="Label">Whom it was given to; null when it stays whose it is.</param>
/// <param name="Before">Whose it was before this run took it.</param>
/// <param name="Count">How many had it with this run, by the file's own attributes; 0 when it does not count.</param>
/// <param name="IsDone">It was taken; else it is not known whether the daemon came to that.</param>
internal sealed record FileClaim(string Path, string Identity, FileUse Use, DacLabel? Label, DacLabel Before, int Count, bool IsDone)
{
    // No path holds it.
    private const char End = '\0';

    /// <summary>One entry of a run's list.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsDone ? '=' : '+')} {Identity} {Use} {(Label is { } label ? label.ToString() : "-")} {Before} {Count} {Path}{End}");

    /// <summary>Reads a list: of entries for one file the last counts. An entry that a killed daemon wrote half is none.</summary>
    public static IReadOnlyList<FileClaim> ReadAll(string text)
    {
        var claims = new Dictionary<string, FileClaim>(StringComparer.Ordinal);
        foreach (var entry in text.Split(End)[..^1])
        {
            var words = entry.Split(' ', 7);
            if (words.Length == 7 && Enum.TryParse<FileUse>(words[2], out var use) && int.TryParse(words[5], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                claims[words[6]] = new FileClaim(words[6], words[1], use, words[3] == "-" ? null : DacLabel.Parse(words[3]), DacLabel.Parse(words[4]), count, words[0] == "=");
            }
        }

        return [.. claims.Values];
    }
}
