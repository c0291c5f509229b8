using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Bhyve.Defaults;

/// <summary>Completes a definition as libvirt's bhyve driver does.</summary>
internal static class BhyveDefaults
{
    private const string Architecture = "x86_64";

    /// <summary>Fills in everything the document leaves open, and checks what cannot be.</summary>
    public static DomainConfig Apply(DomainConfig domain, BhyveFeatures features)
    {
        domain.RequireComplete();
        DiskDefaults.RequireTargets(domain.Devices.Disks);
        GuestKind.Require(domain, DomainType.Bhyve, "hvm", Architecture, [Architecture]);
        var type = (domain.Os.Type ?? new OsType()) with { Arch = Architecture, Kind = "hvm" };
        domain = GeneralDefaults.Apply(domain with { Os = domain.Os with { Type = type } });
        return domain with { Devices = Devices(domain, features) };
    }

    private static DevicesConfig Devices(DomainConfig domain, BhyveFeatures features)
    {
        var draft = new DeviceDraft(domain.Devices);
        DiskDefaults.Sort(draft);
        DiskDefaults.Apply(draft);
        Controllers(draft, domain);
        CharSourceDefaults.Apply(draft);
        PortDefaults.Apply(draft);
        DeviceDraft.Each(draft.Graphics, GraphicsDefaults.Apply);
        GraphicsDefaults.Videos(draft, VideoType.Gop);
        DeviceDraft.Each(draft.Filesystems, filesystem =>
            filesystem with { Type = filesystem.Type ?? FilesystemType.Mount, Accessmode = filesystem.Accessmode ?? FilesystemAccess.Passthrough });
        DeviceDraft.Each(draft.Interfaces, NetworkCardDefaults.Apply);
        DeviceDraft.Each(draft.Disks, disk => disk.Address is null ? Place(disk, features) : disk);
        if (draft.Disks.Select(DiskDefaults.AddressRefusal).FirstOrDefault(refusal => refusal is not null) is { } refusal)
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, refusal);
        ControllerDefaults.AddForDrives(draft);
        PciPlaces.Assign(draft);
        return draft.ToConfig();
    }

    private static void Controllers(DeviceDraft draft, DomainConfig domain)
    {
        ControllerDefaults.Sort(draft);
        if (draft.Controllers.Exists(controller => controller is { Type: ControllerType.Pci, Model: "pci-root" or "pcie-root", Index: not 0 }))
            throw VireoException.InvalidXml(ErrorDomain.Bhyve, "pci-root and pcie-root controllers should have index 0");
        if (draft.Controllers.Exists(controller => controller is { Type: ControllerType.Isa, Index: not 0 }))
            throw BhyveErrors.Unsupported("Bhyve ISA controller can only have index '0'");
        ControllerDefaults.Add(draft, ControllerType.Pci, 0, "pci-root");
        // Serial ports and the firmware are on the bridge to ISA.
        if (draft.Serials.Count > 0 || draft.Consoles.Count > 0 || domain is { Bootloader: null, Os.Loader: not null })
            ControllerDefaults.Add(draft, ControllerType.Isa, 0);
    }

    /// <summary>A SATA drive's place by its name.</summary>
    private static DiskConfig Place(DiskConfig disk, BhyveFeatures features)
    {
        const int Slots = 32;
        var index = DriveName.Index(disk.Target!.Dev!);
        if (index < 0)
            throw VireoException.InvalidXml(ErrorDomain.Bhyve, $"Unknown disk name '{disk.Target.Dev}' and no address specified");
        if (disk.Target.Bus != DiskBus.Sata)
            return disk;
        var (controller, unit) = features.HasFlag(BhyveFeatures.Ahci32Slots) ? Math.DivRem((uint)index, Slots) : ((uint)index, 0);
        return disk with { Address = new DriveAddress { Controller = controller, Bus = 0, Target = 0, Unit = unit } };
    }
}
