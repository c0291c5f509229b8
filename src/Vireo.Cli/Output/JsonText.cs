using System.Text;
using System.Text.Json;

namespace Vireo.Cli.Output;

/// <summary>JSON for people, in virsh's layout: what is empty takes three lines too.</summary>
internal static class JsonText
{
    /// <summary>The same JSON, a value a line, with a line end behind it.</summary>
    public static string Indented(string json)
    {
        using var document = JsonDocument.Parse(json);
        var text = new StringBuilder();
        Write(text, document.RootElement, 0);
        return text.Append('\n').ToString();
    }

    private static void Write(StringBuilder text, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Block(text, depth, '{', '}', value.EnumerateObject().ToList(), member =>
                {
                    text.Append('"').Append(JsonEncodedText.Encode(member.Name, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)).Append("\": ");
                    Write(text, member.Value, depth + 1);
                });
                break;
            case JsonValueKind.Array:
                Block(text, depth, '[', ']', value.EnumerateArray().ToList(), item => Write(text, item, depth + 1));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void Block<T>(StringBuilder text, int depth, char open, char close, List<T> items, Action<T> write)
    {
        text.Append(open).Append('\n');
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ",\n").Append(' ', 2 * (depth + 1));
            write(items[i]);
        }

        text.Append('\n').Append(' ', 2 * depth).Append(close);
    }
}
