using System.Globalization;
using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Gives the devices of a starting domain their names, which are libvirt's; a user's own (<c>ua-…</c>) stay.</summary>
internal static class DeviceAliases
{
    /// <summary>Names every device.</summary>
    /// <param name="config">A completed document.</param>
    public static DomainConfig Assign(DomainConfig config)
    {
        var machine = MachineKind.Of(config.Os.Type!);
        var draft = new DeviceDraft(config.Devices);
        DeviceDraft.Each(draft.Controllers, c => Named(c, Controller(c, machine)));
        DeviceDraft.Each(draft.Disks, d => Named(d, Disk(d, draft)));
        Numbered(draft.Filesystems, "fs");
        Interfaces(draft);
        Numbered(draft.Smartcards, "smartcard");
        Numbered(draft.Serials, "serial");
        Numbered(draft.Parallels, "parallel");
        Numbered(draft.Channels, "channel");
        for (var i = 0; i < draft.Consoles.Count; i++)
        {
            var console = draft.Consoles[i];
            var shared = console.Target?.Type == CharTargetType.Serial && draft.Serials.Count > 0;
            draft.Consoles[i] = shared ? console with { Alias = draft.Serials[0].Alias } : Named(console, Text($"console{i}"));
        }

        Numbered(draft.Tpms, "tpm");
        Numbered(draft.Inputs, "input");
        Numbered(draft.Sounds, "sound");
        Numbered(draft.Videos, "video");
        Numbered(draft.Hostdevs, "hostdev", draft.Interfaces.Count(c => c.Type == InterfaceType.Hostdev));
        Numbered(draft.Redirdevs, "redir");
        Numbered(draft.Hubs, "hub");
        Numbered(draft.Watchdogs, "watchdog");
        Numbered(draft.Rngs, "rng");
        Numbered(draft.Shmems, "shmem");
        draft.Memballoon = draft.Memballoon is { Model: not MemballoonModel.None } balloon ? Named(balloon, "balloon0") : draft.Memballoon;
        draft.Vsock = draft.Vsock is { } vsock ? Named(vsock, "vsock0") : null;
        var devices = draft.ToConfig();
        return config with
        {
            Devices = devices with
            {
                Cryptos = [.. devices.Cryptos.Select((crypto, i) => Named(crypto, Text($"crypto{i}")))],
                Memories = [.. devices.Memories.Select((memory, i) => Named(memory, Memory(memory, devices.Memories.Take(i))))],
            },
        };
    }

    /// <summary>Names a device that comes to those of a running guest; a user's own name stays.</summary>
    /// <param name="device">The device.</param>
    /// <param name="alone">The same among its kind.</param>
    /// <param name="live">The running guest's document, with the controllers that come with the device.</param>
    public static DeviceConfig NameFor(DeviceConfig device, DevicesConfig alone, DomainConfig live) =>
        Named(device, device switch
        {
            ControllerConfig controller => Controller(controller, MachineKind.Of(live.Os.Type!)),
            DiskConfig disk => Disk(disk, new DeviceDraft(live.Devices)),
            MemoryDevice { Address: DimmAddress } memory => Memory(memory, []),
            MemoryDevice memory => Next(memory.Model!.Value.ToXmlName().Replace("-", "", StringComparison.Ordinal), live),
            VsockConfig => "vsock0",
            MemballoonConfig => "balloon0",
            InterfaceConfig card => Next(card.Type == InterfaceType.Hostdev ? "hostdev" : "net", live),
            FilesystemConfig => Next("fs", live),
            SmartcardConfig => Next("smartcard", live),
            InputConfig => Next("input", live),
            SoundConfig => Next("sound", live),
            VideoConfig => Next("video", live),
            HostdevConfig => Next("hostdev", live),
            RedirdevConfig => Next("redir", live),
            HubConfig => Next("hub", live),
            WatchdogConfig => Next("watchdog", live),
            RngConfig => Next("rng", live),
            ShmemConfig => Next("shmem", live),
            TpmConfig => Next("tpm", live),
            CryptoConfig => Next("crypto", live),
            _ when !alone.Serials.IsEmpty => Next("serial", live),
            _ when !alone.Parallels.IsEmpty => Next("parallel", live),
            _ when !alone.Consoles.IsEmpty => Next("console", live),
            _ => Next("channel", live),
        });

    // Names that went are given again only at the end.
    private static string Next(string prefix, DomainConfig live) => Text($"{prefix}{1 + live.Devices.All().Select(d => Number(d.Alias, prefix)).DefaultIfEmpty(-1).Max()}");

    private static int Number(string? alias, string prefix) =>
        alias?.StartsWith(prefix, StringComparison.Ordinal) == true && int.TryParse(alias.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    // A module is named after its slot, so that one that is plugged in later finds a name that is free.
    private static string Memory(MemoryDevice memory, IEnumerable<MemoryDevice> before)
    {
        var name = memory.Model == MemoryModel.SgxEpc ? "epc" : memory.Model!.Value.ToXmlName().Replace("-", "", StringComparison.Ordinal);
        return Text($"{name}{(memory.Address as DimmAddress)?.Slot ?? (uint)before.Count(m => m.Model == memory.Model)}");
    }

    private static T Named<T>(T device, string alias)
        where T : DeviceConfig =>
        device.Alias is { } own && own.StartsWith("ua-", StringComparison.Ordinal) ? device : (T)(device with { Alias = alias });

    private static void Numbered<T>(List<T> devices, string prefix, int first = 0)
        where T : DeviceConfig
    {
        for (var i = 0; i < devices.Count; i++)
        {
            devices[i] = Named(devices[i], Text($"{prefix}{first + i}"));
        }
    }

    // A card that is a device of the host is one of those.
    private static void Interfaces(DeviceDraft draft)
    {
        var hostdevs = 0;
        for (var i = 0; i < draft.Interfaces.Count; i++)
        {
            var card = draft.Interfaces[i];
            draft.Interfaces[i] = Named(card, card.Type == InterfaceType.Hostdev ? Text($"hostdev{hostdevs++}") : Text($"net{i}"));
        }
    }

    private static string Controller(ControllerConfig controller, MachineKind machine) => controller.Type switch
    {
        ControllerType.Pci => controller.Model == "pcie-root" ? "pcie.0" : Text($"pci.{controller.Index}"),
        ControllerType.Usb => controller.Index == 0 ? "usb" : Text($"usb{controller.Index}"),
        ControllerType.Ide when controller.Index == 0 => "ide",
        ControllerType.Sata when controller.Index == 0 && machine.IsQ35 => "ide",
        ControllerType.Ide => Text($"ide{controller.Index}"),
        ControllerType.Sata => Text($"sata{controller.Index}"),
        ControllerType.Scsi => Text($"scsi{controller.Index}"),
        ControllerType.Fdc => Text($"fdc{controller.Index}"),
        ControllerType.VirtioSerial => Text($"virtio-serial{controller.Index}"),
        ControllerType.Ccid => Text($"ccid{controller.Index}"),
        _ => Text($"{controller.Type.ToString()!.ToLowerInvariant()}{controller.Index}"),
    };

    private static string Disk(DiskConfig disk, DeviceDraft draft)
    {
        var drive = disk.Address as DriveAddress ?? new DriveAddress();
        var (controller, bus, target, unit) = (drive.Controller ?? 0, drive.Bus ?? 0, drive.Target ?? 0, drive.Unit ?? 0);
        return disk.Target!.Bus switch
        {
            DiskBus.Virtio => Text($"virtio-disk{DriveName.Index(disk.Target.Dev!)}"),
            DiskBus.Usb => Text($"usb-disk{DriveName.Index(disk.Target.Dev!)}"),
            DiskBus.Scsi when IsNarrow(draft, controller) => Text($"scsi{controller}-{bus}-{unit}"),
            DiskBus.Scsi => Text($"scsi{controller}-{bus}-{target}-{unit}"),
            var other => Text($"{other.ToString()!.ToLowerInvariant()}{controller}-{bus}-{unit}"),
        };
    }

    private static bool IsNarrow(DeviceDraft draft, uint index) =>
        draft.Controllers.Any(c => c.Type == ControllerType.Scsi && c.Index == index && c.Model == "lsilogic");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
