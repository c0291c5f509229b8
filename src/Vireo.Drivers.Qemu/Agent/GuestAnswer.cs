using System.Text.Json;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Agent;

/// <summary>Reads what the guest says: nothing in it is believed to be there, of its kind, or of a sane size.</summary>
internal static class GuestAnswer
{
    // What the protocol can carry of any list.
    private const int MostItems = 2048;
    private const int LongestText = 64 << 10;

    /// <summary>A list's items.</summary>
    /// <param name="list">The list.</param>
    /// <param name="otherwise">What is said when it is none.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it is no list, or longer than can be told of.</exception>
    public static IEnumerable<JsonElement> Items(this JsonElement list, string otherwise) =>
        list.ValueKind != JsonValueKind.Array ? throw Error(otherwise)
        : list.GetArrayLength() > MostItems ? throw Error($"the guest agent's list has more than {MostItems} items")
        : list.EnumerateArray();

    /// <summary>The items of a member that may be missing.</summary>
    /// <inheritdoc cref="Items(JsonElement, string)"/>
    public static IEnumerable<JsonElement> Items(this JsonElement item, string member, string otherwise) =>
        item.Member(member) is { } list ? list.Items(otherwise) : [];

    /// <summary>A member; null when it is missing or the item is no object.</summary>
    public static JsonElement? Member(this JsonElement item, string member) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(member, out var value) ? value : null;

    /// <summary>A text; null when it is missing.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it is beyond all measure.</exception>
    public static string? Text(this JsonElement item, string member)
    {
        if (item.ValueKind != JsonValueKind.Object || item.StrOrNull(member) is not { } text)
            return null;
        return text.Length > LongestText ? throw Error($"the guest agent's '{member}' is longer than {LongestText} characters")
            : text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var end ? text[..end]
            : text;
    }

    /// <summary>A text that has to be there.</summary>
    /// <param name="item">The item.</param>
    /// <param name="member">The member's name.</param>
    /// <param name="otherwise">What is said when it is not.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it is not.</exception>
    public static string Text(this JsonElement item, string member, string otherwise) => item.Text(member) ?? throw Error(otherwise);

    /// <summary>A truth value that has to be there.</summary>
    /// <inheritdoc cref="Text(JsonElement, string, string)"/>
    public static bool Flag(this JsonElement item, string member, string otherwise) => item.Member(member)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error(otherwise),
    };

    /// <summary>A number from 0 to 2³²-1 that has to be there.</summary>
    /// <inheritdoc cref="Text(JsonElement, string, string)"/>
    public static uint Number(this JsonElement item, string member, string otherwise) =>
        item.Member(member) is { ValueKind: JsonValueKind.Number } value && value.TryGetUInt32(out var number) ? number : throw Error(otherwise);

    /// <summary>A count of bytes that older agents do not tell; null when it is missing.</summary>
    /// <inheritdoc cref="Text(JsonElement, string, string)"/>
    public static ulong? Size(this JsonElement item, string member, string otherwise) => item.Member(member) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetUInt64(out var size) => size,
        _ => throw Error(otherwise),
    };

    /// <summary>VIR_ERR_INTERNAL_ERROR in libvirt's words.</summary>
    public static VireoException Error(string words) => VireoException.Internal(ErrorDomain.Qemu, words);
}
