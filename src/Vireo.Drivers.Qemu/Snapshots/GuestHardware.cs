using System.Xml.Linq;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Of a domain's document what the guest sees of it: a process can load the memory of a guest only when it is the same.</summary>
internal static class GuestHardware
{
    // What is the host's affair, or part of the state that is loaded.
    private static readonly string[] s_beside =
    [
        "name", "uuid", "title", "description", "metadata", "currentMemory", "on_poweroff", "on_reboot", "on_crash", "on_lockfailure", "resource", "seclabel", "cputune", "blkiotune", "throttlegroups", "memtune", "numatune",
    ];

    private static readonly string[] s_ends = ["source", "auth", "iotune", "throttlefilters", "bandwidth", "boot", "link", "protocol", "log"];

    /// <summary>The document in a form in which equal text means equal hardware.</summary>
    public static string Of(DomainConfig config)
    {
        var root = XElement.Parse(SavedDocument.Of(config).ToXml());
        root.Elements().Where(e => s_beside.Contains(e.Name.LocalName)).Remove();
        if (root.Element("devices") is { } devices)
        {
            devices.Elements().Where(e => e.Name.LocalName is "emulator" or "graphics" or "audio").Remove();
            devices.Elements().Elements().Where(e => s_ends.Contains(e.Name.LocalName) || (e.Parent!.Name.LocalName == "disk" && e.Name.LocalName == "driver")).Remove();
            devices.Elements("channel").Elements("target").Attributes("state").Remove();
        }

        return root.ToString(SaveOptions.DisableFormatting);
    }
}
