using System.Text.Json;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>The answer of query-qmp-schema, asked by paths: is there this command, with this argument, that takes this value.</summary>
internal sealed class QmpSchema
{
    private readonly Dictionary<string, JsonElement> _entries;

    /// <summary>Takes the answer.</summary>
    public QmpSchema(JsonElement reply) => _entries = reply.EnumerateArray().ToDictionary(static entry => entry.Str("name"));

    /// <summary>
    /// Whether there is what a path tells: a command, then members of its arguments each after a dot (after <c>()</c>: of its result). <c>name=value</c> wants that value
    /// of an enumeration, and goes on with the members it brings.
    /// </summary>
    /// <param name="path"><c>blockdev-add.driver=file.aio=io_uring</c>.</param>
    public bool Has(string path)
    {
        var end = path.IndexOfAny(['.', '(']);
        var command = end < 0 ? path : path[..end];
        if (!_entries.TryGetValue(command, out var entry) || entry.StrOrNull("meta-type") != "command")
            return false;
        if (end < 0)
            return true;
        var ofResult = path[end] == '(';
        var type = Entry(entry.StrOrNull(ofResult ? "ret-type" : "arg-type"));
        foreach (var step in path[(end + (ofResult ? 2 : 1))..].Split('.'))
        {
            if (type is not { } current || !TryStep(current, step, out type))
                return false;
        }

        return true;
    }

    private bool TryStep(JsonElement type, string step, out JsonElement? next)
    {
        var (name, value) = step.Split('=', 2) is [var left, var right] ? (left, right) : (step, null);
        next = null;
        if (Member(type, name) is not { } member)
            return false;
        next = Entry(member.StrOrNull("type"));
        if (value is null)
            return true;
        if (next is not { } values || !values.TryGetProperty("values", out var list) || !list.EnumerateArray().Any(item => item.ValueEquals(value)))
            return false;
        next = Variant(type, name, value);
        return true;
    }

    private static JsonElement? Member(JsonElement type, string name)
    {
        if (!type.TryGetProperty("members", out var members))
            return null;
        foreach (var member in members.EnumerateArray())
        {
            if (member.StrOrNull("name") == name)
                return member;
        }

        return null;
    }

    private JsonElement? Variant(JsonElement type, string tag, string value)
    {
        if (type.StrOrNull("tag") != tag || !type.TryGetProperty("variants", out var variants))
            return null;
        foreach (var variant in variants.EnumerateArray())
        {
            if (variant.StrOrNull("case") == value)
                return Entry(variant.StrOrNull("type"));
        }

        return null;
    }

    private JsonElement? Entry(string? name) => name is not null && _entries.TryGetValue(name, out var entry) ? entry : null;
}
