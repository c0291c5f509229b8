using System.Text;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Texts of fields between commas: <c>mac=00:16:3e:00:00:01,bridge=xenbr0</c>.</summary>
internal static class Fields
{
    /// <summary>A text's fields; what has no <c>=</c> has no value. Blanks before a field do not count.</summary>
    public static IEnumerable<(string Name, string? Value)> Parse(string text) =>
        text.Split(',').Select(field => field.TrimStart(' ', '\t')).Where(field => field.Length > 0)
            .Select(field => field.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals ? (field[..equals], field[(equals + 1)..]) : (field, (string?)null));

    /// <summary>A text's fields, all of which have to have a value.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONF_SYNTAX: one has none.</exception>
    public static IEnumerable<(string Name, string Value)> ParsePairs(string key, string text) =>
        Parse(text).Select(field => (field.Name, field.Value ?? throw Malformed(key, text)));

    /// <summary>Appends a field, when there is a value.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the value has a comma, which would end it.</exception>
    public static StringBuilder AppendField(this StringBuilder text, string name, string? value)
    {
        if (value is null)
            return text;
        return text.Append(text.Length > 0 ? "," : "").Append(name).Append('=').Append(Whole(name, value));
    }

    /// <summary>A text that is a field, or one of several, as a whole.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: it has a comma.</exception>
    public static string Whole(string name, string value) =>
        value.Contains(',', StringComparison.Ordinal) ? throw XenErrors.Unsupported($"'{name}' cannot have a comma in it: '{value}'") : value;

    /// <summary>Refuses the text of an entry.</summary>
    public static VireoException Malformed(string key, string text) => new(ErrorCode.ConfSyntax, ErrorDomain.Xen, $"malformed entry of '{key}': '{text}'");
}
