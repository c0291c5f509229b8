using System.Globalization;
using System.Text.Json;
using Vireo.Drivers.Qemu.CommandLine.Reading;

namespace Vireo.TestKit.Qemu;

/// <summary>One option of a QEMU command line, taken apart: whether it was written in JSON, with on or yes, in hexadecimal digits or not, is forgotten.</summary>
/// <param name="Option">Its name: <c>-device</c>.</param>
/// <param name="Properties">Its properties; a value inside another has both names, with a dot between. What has no name stands under the option's own first name.</param>
public sealed record ArgumentMeaning(string Option, SortedDictionary<string, string> Properties)
{
    private static readonly Dictionary<string, string> s_first = new(StringComparer.Ordinal)
    {
        ["-device"] = "driver",
        ["-chardev"] = "backend",
        ["-netdev"] = "type",
        ["-object"] = "qom-type",
        ["-machine"] = "type",
        ["-accel"] = "accel",
        ["-cpu"] = "model",
        ["-smp"] = "cpus",
        ["-m"] = "size",
        ["-name"] = "guest",
        ["-numa"] = "type",
        ["-fsdev"] = "fsdriver",
        ["-tpmdev"] = "type",
        ["-vnc"] = "vnc",
        ["-spice"] = "",
        ["-drive"] = "",
        ["-mon"] = "chardev",
        ["-display"] = "type",
        ["-sandbox"] = "enable",
        ["-boot"] = "order",
        ["-overcommit"] = "",
        ["-rtc"] = "",
        ["-msg"] = "",
        ["-smbios"] = "",
        ["-blockdev"] = "",
        ["-audiodev"] = "driver",
        ["-incoming"] = "uri",
        ["-fw_cfg"] = "name",
        ["-realtime"] = "",
        ["-net"] = "type",
    };

    /// <summary>What the option is about: its id, else what it makes.</summary>
    public string Subject => Of("id") ?? Of("nodeid") ?? Of("node-name") ?? (Option is "-device" ? Of("driver") : null) ?? (s_first.ContainsKey(Option) ? "" : Of("")) ?? "";

    /// <summary>A property's value; null when it has none.</summary>
    public string? Of(string name) => Properties.TryGetValue(name, out var value) ? value : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Option} {string.Join(',', Properties.Select(p => $"{p.Key}={p.Value}"))}";

    /// <summary>Takes a command line apart.</summary>
    /// <param name="arguments">Without the program.</param>
    public static List<ArgumentMeaning> Read(IReadOnlyList<string> arguments)
    {
        var read = new List<ArgumentMeaning>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var hasValue = i + 1 < arguments.Count && (!arguments[i + 1].StartsWith('-') || arguments[i] is "-append");
            read.Add(new ArgumentMeaning(arguments[i], hasValue ? Parse(arguments[i], arguments[i + 1]) : []));
            i += hasValue ? 1 : 0;
        }

        return read;
    }

    /// <summary>Splits a line as a shell does: the environment, the program and its arguments.</summary>
    public static (IReadOnlyList<string> Environment, string Program, IReadOnlyList<string> Arguments) Split(string line)
    {
        // libvirt's published lines are broken within quotes, too, where no shell would join them.
        var split = ShellLine.Parse(line.Replace("\\\n", "", StringComparison.Ordinal));
        return ([.. split.Environment.Select(v => $"{v.Key}={v.Value}")], split.Program, split.Arguments);
    }

    private static SortedDictionary<string, string> Parse(string option, string value)
    {
        var properties = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (value.StartsWith('{'))
        {
            using var json = JsonDocument.Parse(value);
            Flatten(json.RootElement, "", properties);
            return properties;
        }

        if (!s_first.TryGetValue(option, out var first))
        {
            properties[""] = value;
            return properties;
        }

        var parts = value.Replace(",,", "\0", StringComparison.Ordinal).Split(',').Select(p => p.Replace('\0', ',')).ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            var at = parts[i].IndexOf('=', StringComparison.Ordinal);
            var (name, text) = at >= 0 ? (parts[i][..at], parts[i][(at + 1)..]) : i == 0 && first.Length > 0 ? (first, parts[i]) : (parts[i], "on");
            (name, text) = at < 0 && i > 0 && name is "nowait" ? ("wait", "off") : (name, text);
            var unique = name;
            for (var n = 2; properties.ContainsKey(unique); n++)
            {
                unique = string.Create(CultureInfo.InvariantCulture, $"{name}#{n}");
            }

            properties[unique] = Normal(text);
        }

        return properties;
    }

    private static void Flatten(JsonElement value, string name, SortedDictionary<string, string> into)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Flatten(member.Value, name.Length == 0 ? member.Name : $"{name}.{member.Name}", into);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Flatten(item, string.Create(CultureInfo.InvariantCulture, $"{name}.{index++}"), into);
                }

                break;
            default:
                into[name] = Normal(value.ToString());
                break;
        }
    }

    private static string Normal(string value) => value switch
    {
        "yes" or "true" or "True" => "on",
        "no" or "false" or "False" => "off",
        _ when value.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(value.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) =>
            number.ToString(CultureInfo.InvariantCulture),
        _ => value,
    };
}
