using System.Text.RegularExpressions;
using Vireo.TestKit.Qemu;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>
/// Puts a command line into terms in which QEMU's of different generations can be compared. Each rule is a row of docs/compatibility.md
/// ("Command lines: by QEMU generation"); what no rule forgives is a difference.
/// </summary>
internal static partial class TodaysTerms
{
    // Whether a domain has them is no question of the document: they are the same for all, or belong to how a daemon talks to its QEMU.
    private static readonly HashSet<string> s_frame = new(StringComparer.Ordinal)
    {
        "-S", "-name", "-no-user-config", "-nodefconfig", "-nodefaults", "-mon", "-monitor", "-msg", "-sandbox", "-no-shutdown", "-no-reboot", "-display", "-nographic", "-audiodev", "-uuid", "-overcommit", "-realtime",
    };

    /// <summary>The options that matter, in today's terms.</summary>
    public static List<ArgumentMeaning> Of(IReadOnlyList<string> arguments)
    {
        var all = ArgumentMeaning.Read(arguments);
        var drives = all.Where(a => a.Option == "-drive" && a.Of("id") is not null).ToDictionary(a => a.Of("id")!, StringComparer.Ordinal);
        var nodes = all.Where(a => a.Option == "-blockdev").ToDictionary(a => a.Of("node-name")!, StringComparer.Ordinal);
        var secrets = all.Where(a => a.Option == "-object" && a.Of("qom-type") == "secret").ToHashSet();
        var meanings = new List<ArgumentMeaning>();
        foreach (var one in all.Where(a => !s_frame.Contains(a.Option) && !secrets.Contains(a) && a.Option is not ("-drive" or "-blockdev")))
        {
            if (one.Of("id") is "charmonitor")
            {
                continue;
            }

            if (one.Option == "-device" && one.Of("drive") is { } drive)
            {
                one.Properties.Remove("drive");
                Image(one, drives.TryGetValue(drive, out var old) ? Old(old) : nodes.TryGetValue(drive, out var node) ? New(node, nodes) : []);
            }

            meanings.AddRange(Translated(one));
        }

        return meanings;
    }

    // What a disk's image is, whichever way it is opened: where it lies, its format, its cache.
    private static void Image(ArgumentMeaning device, IReadOnlyDictionary<string, string> image)
    {
        foreach (var (name, value) in image)
        {
            device.Properties[name] = value;
        }
    }

    private static Dictionary<string, string> Old(ArgumentMeaning drive)
    {
        var image = new Dictionary<string, string>(StringComparer.Ordinal);
        var file = drive.Of("file") ?? drive.Of("file.filename");
        image["image.place"] = file switch
        {
            null => drive.Of("file.driver") ?? "",
            _ when Protocol().Match(file) is { Success: true } match => Named(match.Groups[1].Value),
            _ => file,
        };
        image["image.format"] = drive.Of("format") ?? (file is null ? "" : "raw");
        var cache = drive.Of("cache");
        image["image.cache"] = cache is null or "default" ? "" : cache is "none" or "directsync" ? "direct" : cache is "unsafe" ? "no-flush" : "";
        foreach (var (name, today) in ((string, string)[])[("aio", "image.aio"), ("discard", "image.discard"), ("detect-zeroes", "image.detect-zeroes"), ("serial", "serial"), ("werror", "werror"), ("rerror", "rerror"),
            ("cyls", "cyls"), ("heads", "heads"), ("secs", "secs"), ("trans", "bios-chs-trans")])
        {
            if (drive.Of(name) is { } value && !(name == "discard" && value == "unmap"))
            {
                image[today] = value;
            }
        }

        return image;
    }

    private static Dictionary<string, string> New(ArgumentMeaning node, Dictionary<string, ArgumentMeaning> nodes)
    {
        var image = new Dictionary<string, string>(StringComparer.Ordinal);
        node = node.Of("driver") == "copy-on-read" ? nodes[node.Of("file")!] : node;
        var storage = node.Of("file.file.driver") is not null ? "file.file." : node.Of("file.driver") is not null ? "file." : "";
        image["image.place"] = node.Of(storage + "filename") ?? Named(node.Of(storage + "driver")!);
        image["image.format"] = storage.Length == 0 ? "raw" : node.Of("driver")!;
        image["image.cache"] = node.Of("cache.direct") == "on" ? "direct" : node.Of("cache.no-flush") == "on" ? "no-flush" : "";
        foreach (var (name, today) in ((string, string)[])[(storage + "aio", "image.aio"), ("discard", "image.discard"), ("detect-zeroes", "image.detect-zeroes")])
        {
            if (node.Of(name) is { } value && !(name == "discard" && value == "unmap"))
            {
                image[today] = value;
            }
        }

        return image;
    }

    private static string Named(string protocol) => protocol switch { "fat" or "vvfat" => "vvfat", "sheepdog" => "sheepdog", _ => protocol.Split('+')[0] };

    private static IEnumerable<ArgumentMeaning> Translated(ArgumentMeaning one)
    {
        yield return one;
    }

    [GeneratedRegex("^([a-z]+(?:\\+[a-z]+)?):")]
    private static partial Regex Protocol();
}
