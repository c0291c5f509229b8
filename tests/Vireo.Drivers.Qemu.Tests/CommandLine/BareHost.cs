using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>
/// Makes a command line one that QEMU can run on a host that has nothing of what the domain names: images are made, what lies on the network or is hardware
/// is replaced by nothing at all, and sockets are in a folder. Every option keeps its properties but those that name such things.
/// </summary>
internal sealed partial class BareHost(string folder)
{
    private static readonly HashSet<string> s_network = ["rbd", "iscsi", "nbd", "gluster", "ssh", "http", "https", "ftp", "ftps", "tftp", "sheepdog", "nfs", "nvme"];

    // What ARM's board has room for, and takes no less.
    private const long FlashOfArm = 64 << 20;

    private int _files;
    private bool _isArm;

    /// <summary>The command line for this host.</summary>
    public List<string> Adapt(IReadOnlyList<string> arguments)
    {
        var adapted = new List<string>();
        _isArm = arguments.Any(a => a.StartsWith("virt-", StringComparison.Ordinal));
        for (var i = 0; i < arguments.Count; i++)
        {
            var option = arguments[i];
            var value = i + 1 < arguments.Count && (!arguments[i + 1].StartsWith('-') || option == "-append") ? arguments[++i] : null;
            if (option is "-kernel" or "-initrd" or "-dtb" or "-append" or "-unknown" || (option == "-device" && Hardware().IsMatch(value!)))
            {
                continue;
            }

            adapted.Add(option);
            if (value is not null)
            {
                adapted.Add(Value(option, value));
            }
        }

        return adapted;
    }

    private string Value(string option, string value) => option switch
    {
        "-blockdev" => Image(JsonNode.Parse(value)!.AsObject()).ToJsonString(),
        "-object" => Object(JsonNode.Parse(value)!.AsObject()).ToJsonString(),
        "-netdev" when !value.Contains("guestfwd", StringComparison.Ordinal) => $$"""{"type":"user","id":"{{(string)JsonNode.Parse(value)!["id"]!}}"}""",
        "-device" => value.Replace("scsi-generic", "scsi-hd", StringComparison.Ordinal),
        "-accel" => "tcg",
        "-cpu" => HostCpu().Replace(KvmOnly().Replace(value, ""), "max"),
        "-machine" => IrqChip().Replace(value, ""),
        "-chardev" => Chardev(value),
        "-vnc" => "none",
        "-spice" => $"unix=on,addr={folder}/spice" + SpiceAddress().Replace("," + value, ""),
        "-bios" => Made(file => Sized(file, 1 << 18)),
        "-acpitable" => TableFile().Replace(value, $"file={Made(file => File.WriteAllBytes(file, [.. "SLIC"u8, 36, .. new byte[31]]))}"),
        "-drive" => FileOption().Replace(value, $"file={Made(file => Sized(file, 1 << 21))}"),
        "-fsdev" => PathOption().Replace(value, $"path={folder}"),
        _ => value,
    };

    private bool IsFlash(JsonObject node) => _isArm && (string?)node["node-name"] is "fw0f" or "fw1f";

    private JsonObject Image(JsonObject node)
    {
        var driver = (string)node["driver"]!;
        if (driver is "file" or "host_device")
        {
            node["driver"] = "file";
            node["filename"] = Made(file => Sized(file, IsFlash(node) ? FlashOfArm : 1 << 21));
            node.Remove("aio");
        }
        else if (s_network.Contains(driver))
        {
            return new JsonObject { ["driver"] = "null-co", ["node-name"] = (string?)node["node-name"], ["size"] = 1 << 20 };
        }
        else if (driver == "vvfat")
        {
            node["dir"] = Directory.CreateDirectory(Path.Combine(folder, "fat")).FullName;
        }
        else if (driver is not ("raw" or "copy-on-read"))
        {
            // The format's own file, whatever it lies on.
            var made = Made(file => Formatted(driver, file));
            node["file"] = new JsonObject { ["driver"] = "file", ["node-name"] = (string?)node["file"]!["node-name"], ["filename"] = made };
        }
        else if (node["file"] is JsonObject below)
        {
            node["file"] = Image((JsonObject)below.DeepClone());
            node.Remove("offset");
            node.Remove("size");
        }

        return node;
    }

    private JsonObject Object(JsonObject made)
    {
        foreach (var property in (string[])["hugetlb", "hugetlbsize", "prealloc", "host-nodes", "policy", "pmem"])
        {
            made.Remove(property);
        }

        if (made["mem-path"] is not null)
        {
            made["mem-path"] = Made(file => Sized(file, (long)made["size"]!));
        }

        if ((string)made["qom-type"]! == "secret")
        {
            made["file"] = Made(file => File.WriteAllText(file, "x"));
        }

        return made;
    }

    private string Chardev(string value)
    {
        var id = Id().Match(value).Groups[1].Value;
        if (id == "charmonitor")
        {
            return $"socket,id=charmonitor,path={folder}/mon,server=on,wait=off";
        }

        var waits = value.StartsWith("socket,", StringComparison.Ordinal) && value.Contains("server=on", StringComparison.Ordinal);
        return value.Split(',')[0] is "pty" or "spicevmc" or "spiceport" or "null" or "vc" ? value
            : !waits ? $"null,id={id}"
            : PathOption().Replace(Port().Replace(value, "port=0"), match => $"path={Path.Combine(folder, $"s{_files++}")}");
    }

    private string Made(Action<string> make)
    {
        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"f{_files++}"));
        make(file);
        return file;
    }

    private static void Sized(string file, long size)
    {
        using var stream = File.Create(file);
        stream.SetLength(size);
    }

    private void Formatted(string format, string file)
    {
        string[] arguments = format == "luks"
            ? ["create", "-q", "--object", $"secret,id=s,file={Made(f => File.WriteAllText(f, "x"))}", "-f", "luks", "-o", "key-secret=s,iter-time=10", file, "4M"]
            : ["create", "-q", "-f", format, file, "4M"];
        using var made = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("qemu-img", arguments))!;
        made.WaitForExit();
        made.ExitCode.ShouldBe(0);
    }

    // Devices that are the host's, or that wait for a server before anything else goes on.
    [GeneratedRegex("vfio|virtio-input-host|ivshmem-doorbell|zpci.*hostdev")]
    private static partial Regex Hardware();

    [GeneratedRegex("^host(?=,|$)")]
    private static partial Regex HostCpu();

    // QEMU refuses these without KVM, whatever their values.
    [GeneratedRegex(",hv-[a-z-]+=[^,]*")]
    private static partial Regex KvmOnly();

    [GeneratedRegex(",kernel_irqchip=[a-z]+")]
    private static partial Regex IrqChip();

    [GeneratedRegex(",(port|tls-port|addr|unix|x509-dir|tls-channel|plaintext-channel)=[^,]*")]
    private static partial Regex SpiceAddress();

    [GeneratedRegex("file=.*")]
    private static partial Regex TableFile();

    [GeneratedRegex("(?<=^|,)file=[^,]*")]
    private static partial Regex FileOption();

    [GeneratedRegex("(?<=^|,)path=[^,]*")]
    private static partial Regex PathOption();

    [GeneratedRegex("(?<=,)id=([^,]+)")]
    private static partial Regex Id();

    [GeneratedRegex("(?<=,)port=[0-9]+")]
    private static partial Regex Port();
}
