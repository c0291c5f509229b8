using System.Globalization;
using Vireo.Config;
using Vireo.Config.Conf;

namespace Vireo.Drivers.Lxc.Native;

/// <summary>The entries of a configuration. Of entries with the same key the first counts, unless there may be many.</summary>
/// <param name="entries">All, in their order.</param>
internal sealed class NativeConfig(IReadOnlyList<KeyValuePair<string, string>> entries)
{
    /// <summary>Reads a file's text.</summary>
    public static NativeConfig Parse(string text) => new([.. ConfReader.Read(text, ConfDialect.Lxc).Select(entry => KeyValuePair.Create(entry.Key, ((ConfText)entry.Value).Text))]);

    /// <summary>All entries.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Entries => entries;

    /// <summary>An entry's value, or null.</summary>
    /// <param name="keys">What it is called: by newer versions of LXC first.</param>
    public string? Text(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            foreach (var entry in entries)
            {
                if (entry.Key == key)
                    return entry.Value;
            }
        }

        return null;
    }

    /// <summary>The values of all entries of a key.</summary>
    public IEnumerable<string> All(string key) => entries.Where(entry => entry.Key == key).Select(entry => entry.Value);

    /// <summary>An entry's number, which is not negative; null when there is none.</summary>
    public ulong? Number(string key) => Text(key) is { } text ? Number(text, ulong.MaxValue) ?? throw NoInteger(text) : null;

    /// <summary>An entry's number, or null.</summary>
    public long? Signed(string key) => Text(key) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw NoInteger(text);

    /// <summary>A number that is not negative; null when the text is none.</summary>
    public static ulong? Number(string text, ulong most) =>
        ulong.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;

    /// <summary>Refuses what should be a number.</summary>
    public static VireoException NoInteger(string text) => LxcErrors.Internal($"failed to parse integer: '{text}'");

    /// <summary>A size in KiB: bytes, or a number with one of libvirt's units. -1 is all there can be.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR.</exception>
    public static ulong KiB(string text)
    {
        const ulong Kibibyte = 1024;
        if (text == "-1")
            return ulong.MaxValue / Kibibyte;
        var end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        if (text.AsSpan(end).SequenceEqual("%"))
            throw LxcErrors.Internal($"can't convert relative size: '{text}'");
        var factor = 1UL;
        var isSize = Number(text[..end], ulong.MaxValue) is { } && (end == text.Length || DataSize.TryUnit(text.AsSpan(end), out factor));
        return isSize && Number(text[..end], ulong.MaxValue / factor) is { } number ? number * factor / Kibibyte : throw LxcErrors.Internal($"failed to convert size: '{text}'");
    }

    /// <summary>The words of a value.</summary>
    public static string[] Words(string value) => value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
