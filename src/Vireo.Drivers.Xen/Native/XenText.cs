using Vireo.Config;
using Vireo.Config.Conf;

namespace Vireo.Drivers.Xen.Native;

/// <summary>A file that is being written.</summary>
internal sealed class XenText
{
    private readonly ConfWriter _writer = new();

    /// <summary>Writes an entry.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: no file can hold the text.</exception>
    public void Add(string key, ConfValue value) => _writer.Add(key, value);

    /// <summary>Writes a truth value.</summary>
    public void Add(string key, bool value) => _writer.Add(key, value ? 1 : 0);

    /// <summary>Writes an entry unless there is no text.</summary>
    public void AddIfTold(string key, string? text)
    {
        if (text is not null)
            _writer.Add(key, text);
    }

    /// <summary>Writes a list unless it is empty.</summary>
    public void AddIfAny(string key, IEnumerable<string> texts)
    {
        var items = texts.Select(text => (ConfValue)text).ToConfigList();
        if (!items.IsEmpty)
            _writer.Add(key, new ConfItems(items));
    }

    /// <inheritdoc/>
    public override string ToString() => _writer.ToString();
}
