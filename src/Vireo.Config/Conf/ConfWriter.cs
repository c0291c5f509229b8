using System.Globalization;
using System.Text;

namespace Vireo.Config.Conf;

/// <summary>Writes configuration files of libvirt's grammar (<see cref="ConfReader"/>).</summary>
public sealed class ConfWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Writes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a text that no quotes can hold.</exception>
    public void Add(string key, ConfValue value)
    {
        _text.Append(key).Append(" = ");
        Append(key, value);
        _text.Append('\n');
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Append(string key, ConfValue value)
    {
        switch (value)
        {
            case ConfText { Text: var text }:
                AppendText(key, text);
                break;
            case ConfNumber { Number: var number }:
                _text.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case ConfItems { Items: var items }:
                _text.Append("[ ");
                for (var i = 0; i < items.Count; i++)
                {
                    _text.Append(i > 0 ? ", " : "");
                    Append(key, items[i]);
                }

                _text.Append(" ]");
                break;
        }
    }

    /// <summary>A text has those quotes about it that are not in it. Line breaks end texts, whatever quotes they have, for most readers of such files.</summary>
    private void AppendText(string key, string text)
    {
        var quotes = !text.Contains('"', StringComparison.Ordinal) ? "\""
            : !text.Contains('\'', StringComparison.Ordinal) ? "'"
            : "\"\"\"";
        if (text.AsSpan().ContainsAny("\r\n\0") || (quotes.Length > 1 && (text.Contains(quotes, StringComparison.Ordinal) || text.EndsWith('"'))))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Conf, $"a configuration file cannot hold the value of '{key}': '{text}'");
        }

        _text.Append(quotes).Append(text).Append(quotes);
    }
}
