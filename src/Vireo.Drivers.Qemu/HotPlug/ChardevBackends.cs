using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vireo.Drivers.Qemu.CommandLine.Reading;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>The host's ends of character devices: options of the command line as the monitor wants them, which are formed otherwise.</summary>
internal static class ChardevBackends
{
    /// <summary>The arguments of chardev-add for the value of a <c>-chardev</c>.</summary>
    /// <param name="option">The value.</param>
    public static (string Id, string Arguments) Of(string option)
    {
        var properties = OptionProperties.Parse(option, "backend");
        var id = properties.Take("id")!;
        var kind = properties.Take("backend")!;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteStartObject("backend");
            json.WriteString("type", kind);
            json.WriteStartObject("data");
            Data(json, kind, properties);
            Text(json, "logfile", properties.Take("logfile"));
            Flag(json, "logappend", properties.Take("logappend"));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return (id, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void Data(Utf8JsonWriter json, string kind, OptionProperties properties)
    {
        switch (kind)
        {
            case "serial" or "parallel" or "pipe":
                Text(json, "device", properties.Take("path"));
                break;
            case "file":
                Text(json, "out", properties.Take("path"));
                Flag(json, "append", properties.Take("append"));
                break;
            case "socket":
                Socket(json, properties);
                break;
            case "udp":
                Address(json, "remote", properties.Take("host") ?? "", properties.Take("port"));
                var (host, port) = (properties.Take("localaddr"), properties.Take("localport"));
                if ((host ?? port) is not null)
                {
                    Address(json, "local", host ?? "", port ?? "0");
                }

                break;
            case "spicevmc":
                Text(json, "type", properties.Take("name"));
                break;
            case "spiceport":
                Text(json, "fqdn", properties.Take("name"));
                break;
            case "qemu-vdagent":
                Flag(json, "clipboard", properties.Take("clipboard"));
                Flag(json, "mouse", properties.Take("mouse"));
                break;
            case "dbus":
                Text(json, "name", properties.Take("name"));
                break;
        }
    }

    private static void Socket(Utf8JsonWriter json, OptionProperties properties)
    {
        if (properties.Take("path") is { } path)
        {
            json.WriteStartObject("addr");
            json.WriteString("type", "unix");
            json.WriteStartObject("data");
            json.WriteString("path", path);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else
        {
            Address(json, "addr", properties.Take("host") ?? "", properties.Take("port"));
        }

        // Other than an option, the monitor takes a socket for one that listens unless it is told.
        json.WriteBoolean("server", properties.Take("server") == "on");
        Flag(json, "wait", properties.Take("wait"));
        Flag(json, "telnet", properties.Take("telnet"));
        Text(json, "tls-creds", properties.Take("tls-creds"));
        if (properties.Take("reconnect") is { } seconds)
        {
            json.WriteNumber("reconnect", long.Parse(seconds, CultureInfo.InvariantCulture));
        }
    }

    private static void Address(Utf8JsonWriter json, string name, string host, string? port)
    {
        json.WriteStartObject(name);
        json.WriteString("type", "inet");
        json.WriteStartObject("data");
        json.WriteString("host", host);
        json.WriteString("port", port);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Flag(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteBoolean(name, value == "on");
        }
    }
}
