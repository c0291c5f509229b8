using System.Text.Json;

namespace Vireo.Drivers.Qemu.Agent;

/// <summary>Somebody who is logged in to the guest.</summary>
/// <param name="Name">The user.</param>
/// <param name="Domain">The domain of a Windows user.</param>
/// <param name="LoginMilliseconds">Since when, in milliseconds since 1970.</param>
internal sealed record GuestUser(string Name, string? Domain, ulong LoginMilliseconds)
{
    internal static GuestUser Read(JsonElement item)
    {
        var name = item.Text("user", "'user' missing in reply of guest-get-users");
        const string NoTime = "'login-time' missing in reply of guest-get-users";
        return item.Member("login-time") is { ValueKind: JsonValueKind.Number } time && time.TryGetDouble(out var seconds)
            ? new(name, item.Text("domain"), (ulong)Math.Clamp(seconds * 1000, 0, long.MaxValue))
            : throw GuestAnswer.Error(NoTime);
    }
}

/// <summary>Where the guest sees a disk.</summary>
/// <param name="BusType">The kind of its bus: ide, virtio, scsi, ….</param>
/// <param name="Serial">Its serial number.</param>
/// <param name="Device">Its device node.</param>
/// <param name="Bus">Its bus on the controller.</param>
/// <param name="Target">Its target.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Controller">The place of its controller, or of itself, on the PCI bus.</param>
/// <param name="Channel">Its place among an s390's channels.</param>
internal sealed record GuestDiskAddress(
    string? BusType, string? Serial, string? Device, uint Bus, uint Target, uint Unit, (uint Domain, uint Bus, uint Slot, uint Function) Controller, (uint Cssid, uint Ssid, uint Devno)? Channel)
{
    internal static GuestDiskAddress Read(JsonElement item)
    {
        var controller = item.Member("pci-controller");
        uint Place(string member) => item.Number(member, $"'{member}' missing");
        uint ControllerPlace(string member) => (controller ?? throw GuestAnswer.Error("'pci-controller' missing")).Number(member, $"'{member}' missing");
        return new(
            item.Text("bus-type"), item.Text("serial"), item.Text("dev"), Place("bus"), Place("target"), Place("unit"),
            (ControllerPlace("domain"), ControllerPlace("bus"), ControllerPlace("slot"), ControllerPlace("function")),
            item.Member("ccw-address") is { } channel ? (channel.Number("cssid", "'cssid' missing"), channel.Number("ssid", "'ssid' missing"), channel.Number("devno", "'devno' missing")) : null);
    }
}

/// <summary>A file system that the guest has mounted.</summary>
/// <param name="Mountpoint">Where.</param>
/// <param name="Name">Its device's name.</param>
/// <param name="Kind">Its kind: ext4, ….</param>
/// <param name="TotalBytes">Its size; null where the agent does not tell.</param>
/// <param name="UsedBytes">What is used of it; null likewise.</param>
/// <param name="Disks">What it lies on.</param>
internal sealed record GuestFileSystem(string Mountpoint, string Name, string Kind, ulong? TotalBytes, ulong? UsedBytes, IReadOnlyList<GuestDiskAddress> Disks)
{
    // What the protocol can carry of one file system.
    private const int MostDisks = 256;

    internal static GuestFileSystem Read(JsonElement item)
    {
        var mountpoint = item.Text("mountpoint", "'mountpoint' missing in reply of guest-get-fsinfo");
        var name = item.Text("name", "'name' missing in reply of guest-get-fsinfo");
        var kind = item.Text("type", "'type' missing in reply of guest-get-fsinfo");
        var used = item.Size("used-bytes", "Error getting 'used-bytes' in reply of guest-get-fsinfo");
        var total = item.Size("total-bytes", "Error getting 'total-bytes' in reply of guest-get-fsinfo");
        var disks = item.Member("disk") ?? throw GuestAnswer.Error("'disk' missing in reply of guest-get-fsinfo");
        return new(mountpoint, name, kind, total, used, [.. disks.Items("Malformed guest-get-fsinfo 'disk' data array").Take(MostDisks).Select(GuestDiskAddress.Read)]);
    }
}

/// <summary>A disk, or a part of one, that the guest sees.</summary>
/// <param name="Name">Its device node.</param>
/// <param name="Partition">It is a part of one.</param>
/// <param name="Dependencies">What it is made of.</param>
/// <param name="Address">Where it is; null where that cannot be told.</param>
/// <param name="Alias">The guest's other name for it.</param>
internal sealed record GuestDisk(string Name, bool Partition, IReadOnlyList<string> Dependencies, GuestDiskAddress? Address, string? Alias)
{
    internal static GuestDisk Read(JsonElement item) => new(
        item.Text("name", "'name' missing in reply of guest-get-disks"),
        item.Flag("partition", "'partition' missing in reply of guest-get-disks"),
        [.. item.Items("dependencies", "malformed 'dependencies' in reply of guest-get-disks").Select(static name =>
            name.ValueKind == JsonValueKind.String ? name.GetString()! : throw GuestAnswer.Error("malformed 'dependencies' in reply of guest-get-disks"))],
        item.Member("address") is { ValueKind: JsonValueKind.Object } address ? GuestDiskAddress.Read(address) : null,
        item.Text("alias"));
}

/// <summary>A virtual processor as the guest sees it.</summary>
/// <param name="Id">Its number in the guest.</param>
/// <param name="Online">The guest uses it.</param>
/// <param name="CanGoOffline">The guest can do without it.</param>
internal sealed record GuestVcpu(uint Id, bool Online, bool CanGoOffline)
{
    internal static GuestVcpu Read(JsonElement item) => new(
        item.Number("logical-id", "'logical-id' missing in reply of guest-get-vcpus"),
        item.Flag("online", "'online' missing in reply of guest-get-vcpus"),
        item.Flag("can-offline", "'can-offline' missing in reply of guest-get-vcpus"));
}
