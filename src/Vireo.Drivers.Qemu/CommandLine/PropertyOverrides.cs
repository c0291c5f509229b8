using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Properties of devices that a document sets by QEMU's own names (<c>qemu:override</c>).</summary>
internal static class PropertyOverrides
{
    /// <summary>A device's option with its own overrides.</summary>
    /// <param name="device">The option in JSON.</param>
    /// <param name="overrides">Those of all devices.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: a value does not fit its type.</exception>
    public static string Apply(string device, QemuOverride overrides)
    {
        var option = JsonNode.Parse(device)!.AsObject();
        var id = (string?)option["id"];
        if (id is null || overrides.Devices.Find(d => d.Alias == id)?.Frontend is not { } frontend)
        {
            return device;
        }

        foreach (var property in frontend.Properties)
        {
            option.Remove(property.Name!);
            if (property.Type != "remove")
            {
                option.Add(property.Name!, Value(property));
            }
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            option.WriteTo(json);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static JsonValue Value(QemuProperty property) => property.Type switch
    {
        "string" => JsonValue.Create(property.Value ?? ""),
        "signed" when long.TryParse(property.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        "unsigned" when ulong.TryParse(property.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        "bool" when property.Value is "true" or "yes" or "on" => JsonValue.Create(true),
        "bool" when property.Value is "false" or "no" or "off" => JsonValue.Create(false),
        _ => throw new VireoException(ErrorCode.XmlError, ErrorDomain.Qemu, $"invalid value '{property.Value}' of type '{property.Type}' for override of property '{property.Name}'"),
    };
}
