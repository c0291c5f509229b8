using System.Text.RegularExpressions;
using Vireo.TestKit.Qemu;

namespace Vireo.Interop.Tests;

/// <summary>
/// Command lines as both daemons might have written them: images stand in the device that reads them, whatever their nodes are called, and what is only of
/// the one daemon or the other, or says what holds anyway, is left out.
/// </summary>
internal static partial class OneOpening
{
    /// <summary>The options that matter.</summary>
    public static List<ArgumentMeaning> Of(IReadOnlyList<string> arguments)
    {
        var all = ArgumentMeaning.Read(arguments);
        var nodes = all.Where(a => a.Option == "-blockdev").ToDictionary(a => a.Of("node-name")!, StringComparer.Ordinal);
        var machine = all.Find(a => a.Option == "-machine")!;
        foreach (var (option, property) in ((string, string)[])[("-no-acpi", "acpi"), ("-no-hpet", "hpet")])
        {
            if (all.RemoveAll(a => a.Option == option) > 0)
            {
                machine.Properties[property] = "off";
            }
        }

        foreach (var one in all)
        {
            foreach (var name in (string[])["drive", "pflash0", "pflash1"])
            {
                if (one.Of(name) is { } node && nodes.TryGetValue(node, out var image))
                {
                    one.Properties.Remove(name);
                    Expand(one, name + ".", image, nodes);
                }
            }

            Frame(one);
        }

        return [.. all.Where(a => a.Option != "-blockdev" && !(a.Option == "-object" && a.Of("qom-type") == "secret"))];
    }

    private static void Expand(ArgumentMeaning device, string prefix, ArgumentMeaning image, Dictionary<string, ArgumentMeaning> nodes)
    {
        foreach (var (name, value) in image.Properties)
        {
            var last = name[(name.LastIndexOf('.') + 1)..];
            if (last is "file" or "backing" && nodes.TryGetValue(value, out var below))
            {
                Expand(device, $"{prefix}{name}.", below, nodes);
            }
            else if (!(last is "node-name" or "auto-read-only" or "debug" || (last, value) is ("discard", "unmap") or ("read-only", "off") or ("backing", "")))
            {
                device.Properties[prefix + name] = last.EndsWith("-secret", StringComparison.Ordinal) ? "{secret}" : value;
            }
        }
    }

    // libvirtd takes every network card for one on a tap of its own, and keeps its files under other names.
    private static void Frame(ArgumentMeaning one)
    {
        if (one.Option == "-netdev" && one.Of("guestfwd.0.str") is null)
        {
            foreach (var name in one.Properties.Keys.Where(k => k != "id").ToList())
            {
                one.Properties.Remove(name);
            }
        }

        if (one.Of("id") == "charmonitor")
        {
            one.Properties.Remove("path");
        }

        // To libvirtd a command line that is only shown has no TPM behind it, and a socket to talk to that is none.
        if (one.Of("id") == "chrtpm")
        {
            one.Properties.Remove("path");
            one.Properties["backend"] = "{swtpm}";
        }

        if (one.Of("vhostfd") == "-1")
        {
            one.Properties.Remove("vhostfd");
        }

        foreach (var (name, value) in one.Properties.ToList())
        {
            one.Properties[name] = Passing().Replace(Directory().Replace(value, "{directory}"), "{chosen}");
        }
    }

    // Times of day, and ports that were free.
    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+$|^59[0-9]{2}$")]
    private static partial Regex Passing();

    [GeneratedRegex("/[^:,]*/qemu/((channel/target/)?domain--1-[^/]*|nvram(?=/))")]
    private static partial Regex Directory();
}
