using System.Globalization;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>
/// The properties of one option's value, in QEMU's comma-separated syntax or in JSON, where what stands inside has its names joined by dots. Whoever reads one takes it:
/// an option is understood only when nothing is left and nothing that was taken made no sense.
/// </summary>
internal sealed class OptionProperties
{
    private const int MostDepth = 16;

    private readonly List<(string Name, string Value)> _left = [];
    private bool _failed;

    /// <summary>Whether all has been taken and made sense.</summary>
    public bool Understood => _left.Count == 0 && !_failed;

    /// <summary>What has not been taken, as an option's value.</summary>
    public string Rest => string.Join(',', _left.Select(p => $"{p.Name}={ArgumentList.Escape(p.Value)}"));

    /// <summary>The names of what has not been taken.</summary>
    public IReadOnlyList<string> Names => [.. _left.Select(p => p.Name)];

    /// <summary>Takes a value apart.</summary>
    /// <param name="value">The option's value.</param>
    /// <param name="first">The name that a first value without one has; null when it must have one.</param>
    public static OptionProperties Parse(string value, string? first = null)
    {
        var properties = new OptionProperties();
        if (value.StartsWith('{'))
        {
            properties.FromJson(value);
            return properties;
        }

        var begin = 0;
        while (begin <= value.Length && value.Length > 0)
        {
            var part = Part(value, ref begin);
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            properties._left.Add(
                equals >= 0 ? (part[..equals], part[(equals + 1)..])
                : properties._left.Count == 0 && first is not null ? (first, part)
                : part is "nowait" or "nodelay" ? (part[2..], "off")
                : (part, "on"));
        }

        return properties;
    }

    /// <summary>A property's value, without taking it; null when it is not there.</summary>
    public string? Peek(string name) => _left.FindLastIndex(p => p.Name == name) is var at and >= 0 ? _left[at].Value : null;

    /// <summary>Takes a property; the last of those with the name, as QEMU does.</summary>
    public string? Take(string name)
    {
        var value = Peek(name);
        if (value is not null)
        {
            _left.RemoveAll(p => p.Name == name);
        }

        return value;
    }

    /// <summary>Takes a property that has one of several names.</summary>
    public string? TakeAny(params ReadOnlySpan<string> names)
    {
        string? value = null;
        foreach (var name in names)
        {
            value = Take(name) ?? value;
        }

        return value;
    }

    /// <summary>Takes every property of a name.</summary>
    public IReadOnlyList<string> TakeAll(string name)
    {
        var values = _left.Where(p => p.Name == name).Select(p => p.Value).ToList();
        _left.RemoveAll(p => p.Name == name);
        return values;
    }

    /// <summary>Takes a switch.</summary>
    public bool? Flag(string name) => Take(name) switch
    {
        null => null,
        "on" or "yes" or "true" or "y" => true,
        "off" or "no" or "false" or "n" => false,
        _ => Fail<bool?>(),
    };

    /// <summary>Takes a number, decimal or hexadecimal.</summary>
    public uint? Number(string name) => Big(name) is not { } number ? null : number <= uint.MaxValue ? (uint)number : Fail<uint?>();

    /// <summary>Takes a large number.</summary>
    public ulong? Big(string name) => Take(name) is not { } text ? null : TryNumber(text, out var number) ? number : Fail<ulong?>();

    /// <summary>Takes a port, an index or the like: what fits into an int.</summary>
    public int? Index(string name) => Number(name) is not { } number ? null : number <= int.MaxValue ? (int)number : Fail<int?>();

    /// <summary>Takes one of the words of a document's type.</summary>
    public T? Word<T>(string name, TryParse<T> parse)
        where T : struct => Take(name) is not { } text ? null : parse(text, out var value) ? value : Fail<T?>();

    /// <summary>Takes a property that must have a certain value, or not be there: what the driver says anyway.</summary>
    public void Expect(string name, params ReadOnlySpan<string> values)
    {
        if (Take(name) is { } value && !values.Contains(value))
        {
            _failed = true;
        }
    }

    /// <summary>Something makes no sense, or cannot be said in a document.</summary>
    public void Fail() => _failed = true;

    /// <summary>The same, where a value is wanted.</summary>
    public T? Fail<T>()
    {
        _failed = true;
        return default;
    }

    /// <summary>Reads a number as QEMU does.</summary>
    public static bool TryNumber(string text, out ulong number) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // Up to the next comma that is not doubled.
    private static string Part(string value, ref int begin)
    {
        var end = begin;
        while (end < value.Length && (value[end] != ',' || (end + 1 < value.Length && value[end + 1] == ',')))
        {
            end += value[end] == ',' ? 2 : 1;
        }

        var part = value[begin..end].Replace(",,", ",", StringComparison.Ordinal);
        begin = end + 1;
        return part;
    }

    private void FromJson(string value)
    {
        try
        {
            using var json = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = MostDepth });
            Flatten(json.RootElement, "");
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            _failed = true;
        }
    }

    private void Flatten(JsonElement value, string name)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Flatten(member.Value, name.Length == 0 ? member.Name : $"{name}.{member.Name}");
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Flatten(item, string.Create(CultureInfo.InvariantCulture, $"{name}.{index++}"));
                }

                break;
            default:
                _left.Add((name, value.ValueKind switch
                {
                    JsonValueKind.True => "on",
                    JsonValueKind.False => "off",
                    JsonValueKind.Null => "",
                    JsonValueKind.String => value.GetString()!,
                    _ => value.GetRawText(),
                }));
                break;
        }
    }
}

/// <summary>Reads a word of a document.</summary>
internal delegate bool TryParse<T>(string text, out T value);
