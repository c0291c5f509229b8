using System.Globalization;
using Vireo.Config.Conf;

namespace Vireo.Drivers.Xen.Native;

/// <summary>The entries of a file. Of entries with the same key the first counts.</summary>
internal sealed class XenFile
{
    private const NumberStyles TextNumber = NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign;

    private readonly Dictionary<string, ConfValue> _values = new(StringComparer.Ordinal);

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONF_SYNTAX with the line.</exception>
    public static XenFile Read(ReadOnlySpan<char> text)
    {
        var file = new XenFile();
        foreach (var (key, value) in ConfReader.Read(text, ConfDialect.Plain))
            file._values.TryAdd(key, value);
        return file;
    }

    /// <summary>An entry's value, or null.</summary>
    public ConfValue? Value(string key) => _values.GetValueOrDefault(key);

    /// <summary>An entry's text, or null.</summary>
    public string? Text(string key) => Value(key) switch
    {
        null => null,
        ConfText text => text.Text,
        _ => throw WrongType("string", key),
    };

    /// <summary>The text of an entry that has to be there.</summary>
    public string Required(string key) => Text(key) ?? throw XenErrors.Internal($"config value {key} was missing");

    /// <summary>An entry's list of texts; null when there is no entry.</summary>
    public IReadOnlyList<string>? Texts(string key) => Value(key) switch
    {
        null => null,
        ConfItems items => [.. items.Items.Select(item => item is ConfText text
            ? text.Text
            : throw new VireoException(ErrorCode.ConfSyntax, ErrorDomain.Conf, $"memory conf: expected a string list for '{key}' parameter"))],
        _ => throw WrongType("string list", key),
    };

    /// <summary>An entry's number, or null. Texts may hold one.</summary>
    public long? Number(string key) => Value(key) switch
    {
        null => null,
        ConfNumber number => number.Number,
        ConfText text when long.TryParse(text.Text, TextNumber, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw XenErrors.Malformed(key),
    };

    /// <summary>An entry's number from 0 to a limit, or null.</summary>
    public uint? Count(string key, uint most = int.MaxValue) => Number(key) switch
    {
        null => null,
        >= 0 and var number when number <= most => (uint)number,
        _ => throw XenErrors.Malformed(key),
    };

    /// <summary>An entry's truth value: a number, or the text <c>1</c> for true.</summary>
    public bool Flag(string key, bool otherwise = false) => Value(key) switch
    {
        null => otherwise,
        ConfNumber { Number: >= 0 and var number } => number != 0,
        ConfText text => text.Text == "1",
        _ => throw XenErrors.Malformed(key),
    };

    private static VireoException WrongType(string expected, string key) =>
        VireoException.Internal(ErrorDomain.Conf, $"memory conf: expected a {expected} for '{key}' parameter");
}
