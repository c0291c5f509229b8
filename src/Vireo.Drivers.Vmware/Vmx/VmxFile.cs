using System.Globalization;
using Vireo.Config.Conf;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The entries of a VMX file. Upper and lower case are alike in keys; of entries with the same key the first counts.</summary>
internal sealed class VmxFile
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All keys, as they are written.</summary>
    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONF_SYNTAX with the line.</exception>
    public static VmxFile Read(ReadOnlySpan<char> text)
    {
        var file = new VmxFile();
        foreach (var (key, value) in ConfReader.Read(text, ConfDialect.Vmx))
            file._values.TryAdd(key, ((ConfText)value).Text);
        return file;
    }

    /// <summary>An entry's value, or null.</summary>
    public string? Text(string key) => _values.GetValueOrDefault(key);

    /// <summary>The value of an entry that has to be there.</summary>
    public string Required(string key) => Text(key) ?? throw Missing(key);

    /// <summary>An entry's number, -1 for <c>unlimited</c>, or null.</summary>
    public long? Integer(string key) => Text(key) switch
    {
        null => null,
        var text when text.Equals("unlimited", StringComparison.OrdinalIgnoreCase) => -1,
        var text => TryInteger(text, out var value) ? value : throw NotInteger(key),
    };

    /// <summary>The number of an entry that has to be there.</summary>
    public long RequiredInteger(string key) => Integer(key) ?? throw Missing(key);

    /// <summary>An entry's truth value.</summary>
    public bool Flag(string key, bool otherwise = false) => Text(key) switch
    {
        null => otherwise,
        var text when text.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        var text when text.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        _ => throw VmxErrors.Internal($"Config entry '{key}' must represent a boolean value (true|false)"),
    };

    /// <summary>An entry's identity, or null.</summary>
    public Guid? Uuid(string key) => Text(key) switch
    {
        null => null,
        var text => VmxUuid.TryParse(text, out var value) ? value : throw VmxErrors.Internal($"Could not parse UUID from string '{text}'"),
    };

    /// <summary>Whether the device is there. Whether it starts connected does not matter, but has to be a truth value.</summary>
    public bool IsPresent(string device)
    {
        var present = Flag(device + ".present");
        _ = Flag(device + ".startConnected", true);
        return present;
    }

    /// <summary>Refuses an entry's number.</summary>
    public static VireoException NotInteger(string key) => VmxErrors.Internal($"Config entry '{key}' must represent an integer value");

    private static VireoException Missing(string key) => VmxErrors.Internal($"Missing essential config entry '{key}'");

    private static bool TryInteger(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
