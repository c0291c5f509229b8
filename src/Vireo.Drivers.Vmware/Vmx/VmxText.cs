using System.Globalization;
using System.Text;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>A VMX file that is being written.</summary>
internal sealed class VmxText
{
    private readonly StringBuilder _text = new();

    /// <summary>Writes an entry.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the value holds what would end it.</exception>
    public void Add(string key, string value)
    {
        // libvirt writes them, and makes a file that nobody can read, or one with entries that nobody meant.
        if (value.AsSpan().ContainsAny("\"\r\n\0"))
            throw VmxErrors.Unsupported($"VMX entry '{key}' cannot hold quotes or line breaks: '{value}'");
        _text.Append(key).Append(" = \"").Append(value).Append("\"\n");
    }

    /// <summary>Writes a number.</summary>
    public void Add(string key, ulong value) => Add(key, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes a truth value.</summary>
    public void Add(string key, bool value) => Add(key, value ? "true" : "false");

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
