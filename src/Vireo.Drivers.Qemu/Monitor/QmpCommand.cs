using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>A command whose answer is not looked at.</summary>
/// <param name="Name">QEMU's name of it.</param>
/// <param name="WriteArguments">Writes the properties of the arguments object; null where there are none.</param>
internal record QmpCommand(string Name, Action<Utf8JsonWriter>? WriteArguments = null)
{
    /// <summary>A command whose arguments stand ready as JSON.</summary>
    /// <param name="name">QEMU's name of it.</param>
    /// <param name="arguments">A JSON object; null for none.</param>
    public QmpCommand(string name, string? arguments)
        : this(name) => RawArguments = arguments is null ? default : System.Text.Encoding.UTF8.GetBytes(arguments);

    /// <summary>Just a name is a command without arguments.</summary>
    public static implicit operator QmpCommand(string name) => new(name);

    private static readonly JsonWriterOptions s_compact = new() { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Runs in QEMU's monitor thread at once, even while the main loop is busy. Only for commands that QEMU allows it for.</summary>
    public bool OutOfBand { get; init; }

    /// <summary>A file descriptor that goes along (<c>getfd</c>, <c>add-fd</c>).</summary>
    public SafeHandle? Descriptor { get; init; }

    /// <summary>A command whose arguments stand ready as JSON.</summary>
    /// <param name="name">QEMU's name of it.</param>
    /// <param name="arguments">A JSON object.</param>
    public static QmpCommand Raw(string name, ReadOnlyMemory<byte> arguments) => new(name) { RawArguments = arguments };

    /// <summary>The arguments object where it stands ready as JSON.</summary>
    internal ReadOnlyMemory<byte> RawArguments { get; init; }

    /// <summary>Writes the command as sent; QEMU reads byte by byte, so there is no byte too many.</summary>
    internal void Write(IBufferWriter<byte> output, int? id)
    {
        using var writer = new Utf8JsonWriter(output, s_compact);
        writer.WriteStartObject();
        writer.WriteString(OutOfBand ? "exec-oob"u8 : "execute"u8, Name);
        WriteArgumentsObject(writer);
        if (id is { } number)
            writer.WriteNumber("id"u8, number);
        writer.WriteEndObject();
    }

    internal void WriteArgumentsObject(Utf8JsonWriter writer)
    {
        if (!RawArguments.IsEmpty)
        {
            writer.WritePropertyName("arguments"u8);
            writer.WriteRawValue(RawArguments.Span, skipInputValidation: true);
        }
        else if (WriteArguments is not null)
        {
            writer.WriteStartObject("arguments"u8);
            WriteArguments(writer);
            writer.WriteEndObject();
        }
    }
}

/// <summary>A command with an answer.</summary>
/// <param name="Name">QEMU's name of it.</param>
/// <param name="Read">Reads the answer's <c>return</c> value; what it throws over a malformed one becomes an error that names the command.</param>
/// <param name="WriteArguments">Writes the properties of the arguments object; null where there are none.</param>
/// <typeparam name="T">The answer.</typeparam>
internal sealed record QmpCommand<T>(string Name, Func<JsonElement, T> Read, Action<Utf8JsonWriter>? WriteArguments = null)
    : QmpCommand(Name, WriteArguments)
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the answer is not what the command gives.</exception>
    internal T ReadReply(JsonElement reply)
    {
        try
        {
            return Read(reply);
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException or FormatException or OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"{Name} reply was missing return data or malformed: {exception.Message}", exception);
        }
    }
}
