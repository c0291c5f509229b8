using System.Text.RegularExpressions;
using Vireo.TestKit.Qemu;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>
/// Puts a command line into terms in which QEMU's of different generations can be compared. Each rule is a row of docs/compatibility.md
/// ("Command lines: by QEMU generation"); what no rule forgives is a difference.
/// </summary>
internal static partial class TodaysTerms
{
    // The same for all domains, or a matter between a daemon and its QEMU.
    private static readonly HashSet<string> s_frame = new(StringComparer.Ordinal)
    {
        "-S", "-name", "-no-user-config", "-nodefconfig", "-nodefaults", "-mon", "-monitor", "-msg", "-sandbox", "-no-shutdown", "-no-reboot", "-action", "-display", "-nographic", "-sdl", "-audiodev", "-uuid",
        "-overcommit", "-realtime", "-mem-prealloc", "-mem-path", "-enable-kvm", "-accel", "-add-fd", "-incoming", "-tdf", "-rtc-td-hack",
    };

    /// <summary>The options that matter, in today's terms.</summary>
    public static List<ArgumentMeaning> Of(IReadOnlyList<string> arguments)
    {
        var all = ArgumentMeaning.Read(arguments);
        var drives = all.Where(a => a.Option == "-drive" && a.Of("id") is not null).ToDictionary(a => a.Of("id")!, StringComparer.Ordinal);
        var nodes = all.Where(a => a.Option == "-blockdev").ToDictionary(a => a.Of("node-name")!, StringComparer.Ordinal);
        var ordered = all.Exists(a => a.Option == "-boot" && a.Of("order") is not null);
        var machine = new ArgumentMeaning("-machine", new SortedDictionary<string, string>(StringComparer.Ordinal) { ["type"] = "pc" });
        var meanings = new List<ArgumentMeaning> { machine };
        foreach (var one in all.Where(a => !s_frame.Contains(a.Option) && a.Option is not ("-drive" or "-blockdev") && a.Of("id") is not "charmonitor" && a.Of("qom-type") is not "secret"))
        {
            if (one.Option == "-device" && one.Of("drive") is { } drive)
            {
                one.Properties.Remove("drive");
                if (drives.TryGetValue(drive, out var old))
                {
                    Image(one, Old(old));
                    one.Properties["driver"] = Drive(one.Of("driver")!, old.Of("media"));
                }
                else if (nodes.TryGetValue(drive, out var node))
                {
                    Image(one, New(node, nodes));
                }
            }

            if (ordered)
            {
                one.Properties.Remove("bootindex");
            }

            if (!OfMachine(one, machine) && Translated(one, drives, all) is { } translated)
            {
                meanings.Add(translated);
            }
        }

        return meanings;
    }

    // QEMU had one device for disks and CD drives, which looked at the drive.
    private static string Drive(string driver, string? media) => (driver, media) switch
    {
        ("ide-drive", "cdrom") => "ide-cd",
        ("ide-drive", _) => "ide-hd",
        ("scsi-disk", "cdrom") => "scsi-cd",
        ("scsi-disk", _) => "scsi-hd",
        _ => driver,
    };

    private static bool OfMachine(ArgumentMeaning one, ArgumentMeaning machine)
    {
        switch (one.Option)
        {
            case "-machine" or "-M":
                foreach (var (name, value) in one.Properties)
                {
                    // Which version of a machine it is depends on the QEMU; where its memory is, on nothing.
                    if (name is "type" or "")
                    {
                        machine.Properties["type"] = value.Contains("q35", StringComparison.Ordinal) ? "q35" : value.StartsWith("pc", StringComparison.Ordinal) ? "pc" : value == "s390-ccw" ? "s390-ccw-virtio" : Version().Replace(value, "");
                    }
                    else if (!(name is "accel" or "usb" or "memory-backend" or "kernel_irqchip" or "pflash0" or "pflash1" or "hmat" || (name, value) is ("dump-guest-core", "off")))
                    {
                        machine.Properties[name] = value;
                    }
                }

                return true;
            case "-no-acpi":
                machine.Properties["acpi"] = "off";
                return true;
            case "-no-hpet":
                machine.Properties["hpet"] = "off";
                return true;
            default:
                return false;
        }
    }

    private static ArgumentMeaning? Translated(ArgumentMeaning one, Dictionary<string, ArgumentMeaning> drives, List<ArgumentMeaning> all)
    {
        switch (one.Option)
        {
            case "-usb":
                return all.Exists(a => a.Option == "-device" && a.Of("id") == "usb") ? null : Made("-device", ("driver", "piix3-usb-uhci"), ("id", "usb"));
            case "-vga":
                return one.Of("") is "none" ? null : Made("-device", ("driver", Card(one.Of("")!)), ("id", "video0"));
            case "-balloon":
                return Made("-device", ("driver", "virtio-balloon-pci"), ("id", "balloon0"));
            case "-net" when one.Of("type") is "nic":
                return null;
            case "-net":
                return Made("-netdev", ("id", one.Of("name") ?? ""), ("type", one.Of("type")!));
            case "-soundhw":
                return null;
            case "-global" when Floppy().Match(one.Of("")!) is { Success: true } match:
                var unit = match.Groups[1].Value == "A" ? "0" : "1";
                var floppy = Made("-device", ("driver", "floppy"), ("id", $"fdc0-0-{unit}"), ("unit", unit));
                Image(floppy, Old(drives[match.Groups[2].Value]));
                return floppy;
            case "-global" when one.Of("")!.StartsWith("isa-fdc.bootindex", StringComparison.Ordinal) || one.Of("")!.StartsWith("qxl-vga.", StringComparison.Ordinal):
                return null;
            case "-device" when one.Of("driveA") is { } drive:
                var only = Made("-device", ("driver", "floppy"), ("id", "fdc0-0-0"), ("unit", "0"));
                Image(only, Old(drives[drive]));
                return only;
            case "-device" when one.Of("driver") is "sga":
                return null;
            case "-chardev":
                one.Properties["backend"] = one.Of("backend") switch { "tty" => "serial", "parport" => "parallel", var backend => backend! };
                return one;
            case "-boot":
                one.Properties.Remove("order");
                one.Properties.Remove("strict");
                return one.Properties.Count > 0 ? one : null;
            case "-rtc" or "-cpu" or "-smp" or "-m":
                return Board(one);
            case "-no-kvm-pit-reinjection":
                return Made("-global", ("", "kvm-pit.lost_tick_policy=delay"));
            case "-device":
                Device(one);
                return one;
            case "-netdev" when one.Of("guestfwd") is not null || one.Of("guestfwd.0.str") is not null:
                return null;
            case "-netdev":
                foreach (var name in one.Properties.Keys.Where(k => k is "fd" or "fds" or "vhost" or "vhostfd" or "vhostfds" or "script" or "ifname").ToList())
                {
                    one.Properties.Remove(name);
                }

                return one;
            case "-numa" when one.Of("type") == "node":
                one.Properties.Remove("mem");
                one.Properties.Remove("memdev");
                return one;
            case "-object" when one.Of("qom-type")!.StartsWith("memory-backend", StringComparison.Ordinal) && WholeMemory().IsMatch(one.Of("id")!):
                return null;
            case "-object" when one.Of("mem-path")?.StartsWith("/dev/hugepages", StringComparison.Ordinal) == true || one.Of("hugetlb") == "on":
                return Made("-object", ("id", one.Of("id")!), ("qom-type", "huge pages"), ("size", one.Of("size")!), ("policy", one.Of("policy") ?? ""));
            default:
                return one;
        }
    }

    // What the guest's CPUs, clock and memory are by default QEMU did not always have to be told.
    private static ArgumentMeaning? Board(ArgumentMeaning one)
    {
        if (one.Option == "-rtc" && one.Of("base") is { } start && (start == "utc" || char.IsAsciiDigit(start[0])))
        {
            one.Properties.Remove("base");
        }

        if (one.Option == "-smp")
        {
            foreach (var name in one.Properties.Keys.Where(k => k is not ("cpus" or "maxcpus")).ToList())
            {
                one.Properties.Remove(name);
            }
        }

        if (one.Option == "-cpu")
        {
            // A QEMU for 32 bits has another default.
            one.Properties["model"] = one.Of("model") == "qemu32" ? "qemu64" : one.Of("model")!;
            foreach (var name in one.Properties.Keys.Where(k => k[0] is '+' or '-').ToList())
            {
                one.Properties.Remove(name);
                one.Properties[name[1..].Replace('_', '-')] = name[0] == '+' ? "on" : "off";
            }

            foreach (var (name, value) in one.Properties.Where(p => p.Key.StartsWith("hv_", StringComparison.Ordinal) || p.Key.Contains('_', StringComparison.Ordinal)).ToList())
            {
                one.Properties.Remove(name);
                one.Properties[name.Replace('_', '-')] = value;
            }
        }

        return one.Properties.Count > 0 ? one : null;
    }

    private static void Device(ArgumentMeaning device)
    {
        foreach (var name in s_gone.Where(name => device.Properties.ContainsKey(name)))
        {
            device.Properties.Remove(name);
        }

        if (device.Of("host") is { } host && host.Count(c => c == ':') == 1)
        {
            device.Properties["host"] = "0000:" + host;
        }

        if (device.Of("driver") == "intel-iommu")
        {
            device.Properties.Remove("id");
        }

        if (device.Of("virgl") == "on")
        {
            device.Properties.Remove("virgl");
            device.Properties["driver"] = device.Of("driver")!.Replace("virtio-gpu-pci", "virtio-vga-gl", StringComparison.Ordinal).Replace("virtio-vga", "virtio-vga-gl", StringComparison.Ordinal).Replace("-gl-gl", "-gl", StringComparison.Ordinal);
        }

        if (s_names.TryGetValue(device.Of("driver")!, out var name2))
        {
            device.Properties["driver"] = name2;
        }
    }

    // Properties that QEMU has no more, or that it was told beside others that say the same.
    private static readonly string[] s_gone = ["vlan", "scsi", "config-wce", "write-cache", "device_id", "share-rw", "debug"];

    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["ioh3420"] = "pcie-root-port",
        ["pci-assign"] = "vfio-pci",
    };

    private static string Card(string vga) => vga switch { "cirrus" => "cirrus-vga", "std" => "VGA", "vmware" => "vmware-svga", "qxl" => "qxl-vga", "virtio" => "virtio-vga", _ => vga };

    private static ArgumentMeaning Made(string option, params (string Name, string Value)[] properties)
    {
        var made = new ArgumentMeaning(option, new SortedDictionary<string, string>(StringComparer.Ordinal));
        foreach (var (name, value) in properties)
        {
            made.Properties[name] = value;
        }

        return made;
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
        if (file is null && drive.Of("file.driver") is null)
        {
            return image;
        }

        image["image.place"] = file switch
        {
            null => drive.Of("file.driver")!,
            _ when Protocol().Match(file) is { Success: true } match => Named(match.Groups[1].Value),
            _ => file,
        };
        image["image.format"] = drive.Of("format") ?? "raw";
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

    [GeneratedRegex("^isa-fdc\\.drive([AB])=(.*)$")]
    private static partial Regex Floppy();

    [GeneratedRegex("-[0-9.]+$")]
    private static partial Regex Version();

    [GeneratedRegex("^([a-z0-9_.-]+\\.(ram|highmem)|ram-node[0-9]+)$")]
    private static partial Regex WholeMemory();

    [GeneratedRegex("^([a-z]+(?:\\+[a-z]+)?):")]
    private static partial Regex Protocol();
}
