using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Builds an option in QEMU's JSON syntax, in which no value can become another option. Values that are null are left out.</summary>
internal sealed class OptionJson
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);
    private readonly Utf8JsonWriter _json;

    /// <summary>Begins an option with its first member, which says what it makes.</summary>
    /// <param name="kind">The member's name: <c>driver</c>, <c>qom-type</c>, <c>type</c>.</param>
    /// <param name="value">Its value.</param>
    public OptionJson(string kind, string value)
    {
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.WriteStartObject();
        _json.WriteString(kind, value);
    }

    /// <summary>A device that QEMU wants to be told of before; null for none.</summary>
    public OptionJson? Needed { get; private set; }

    /// <summary>A device.</summary>
    public static OptionJson Device(string driver) => new("driver", driver);

    /// <summary>An object.</summary>
    public static OptionJson Object(string type, string id) => new OptionJson("qom-type", type).Text("id", id);

    /// <summary>Adds a text.</summary>
    public OptionJson Text(string name, string? value)
    {
        if (value is not null)
        {
            _json.WriteString(name, value);
        }

        return this;
    }

    /// <summary>Adds a number.</summary>
    public OptionJson Number(string name, long? value)
    {
        if (value is { } number)
        {
            _json.WriteNumber(name, number);
        }

        return this;
    }

    /// <summary>Adds a number that may need all 64 bits.</summary>
    public OptionJson Number(string name, ulong? value)
    {
        if (value is { } number)
        {
            _json.WriteNumber(name, number);
        }

        return this;
    }

    /// <summary>Adds a boolean.</summary>
    public OptionJson Flag(string name, bool? value)
    {
        if (value is { } flag)
        {
            _json.WriteBoolean(name, flag);
        }

        return this;
    }

    /// <summary>Adds a switch of three states, which QEMU takes as the texts on and off.</summary>
    public OptionJson OnOff(string name, bool? value) => Text(name, value switch { true => "on", false => "off", null => null });

    /// <summary>Adds a member that is an object or a list; nothing when there is nothing that writes it.</summary>
    public OptionJson Raw(string name, Action<Utf8JsonWriter>? write)
    {
        if (write is not null)
        {
            _json.WritePropertyName(name);
            write(_json);
        }

        return this;
    }

    /// <summary>Names a device that QEMU wants to be told of before.</summary>
    public OptionJson After(OptionJson? needed)
    {
        Needed = needed;
        return this;
    }

    /// <summary>Adds members that another writes.</summary>
    public OptionJson Members(Action<Utf8JsonWriter> write)
    {
        write(_json);
        return this;
    }

    /// <summary>Ends the option.</summary>
    public string Build()
    {
        _json.WriteEndObject();
        _json.Flush();
        var text = Encoding.UTF8.GetString(_buffer.WrittenSpan);
        _json.Dispose();
        return text;
    }
}
