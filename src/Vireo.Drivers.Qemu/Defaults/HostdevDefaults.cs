using System.Globalization;
using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>The host's devices that a guest is given.</summary>
internal static class HostdevDefaults
{
    // As many as a narrow SCSI bus has beside its controller, whatever the controller.
    private const uint UnitsOfController = 7;

    /// <summary>Fills in what a document may leave open, and gives SCSI devices their places.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_INTERNAL_ERROR: the address is none for such a device.</exception>
    public static void Apply(DeviceDraft draft)
    {
        DeviceDraft.Each(draft.Hostdevs, Complete);
        if (draft.Hostdevs.Exists(h => h.Display == true) && draft.Graphics.Count == 0)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "graphics device is needed for attribute value 'display=on' in <hostdev>");
        }

        var seen = new HashSet<(HostdevType?, HostdevSource)>();
        foreach (var device in draft.Hostdevs.Where(h => h.Mode == HostdevMode.Subsystem && h.Source is not null))
        {
            if (!seen.Add((device.Type, device.Source!)))
            {
                throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "Hostdev already exists in the domain configuration");
            }
        }

        for (var i = 0; i < draft.Hostdevs.Count; i++)
        {
            if (draft.Hostdevs[i] is { Mode: HostdevMode.Subsystem, Type: HostdevType.Scsi, Address: null } device)
            {
                draft.Hostdevs[i] = device with { Address = NextPlace(draft) };
            }
        }
    }

    private static HostdevConfig Complete(HostdevConfig device)
    {
        if (device.Mode != HostdevMode.Subsystem)
        {
            return device;
        }

        switch (device)
        {
            case { Type: HostdevType.Mdev, Model: HostdevModel.VfioPci, Address: not (null or PciAddress) }:
                throw new VireoException(
                    ErrorCode.XmlError, ErrorDomain.Domain, $"Unsupported address type '{NameOf(device.Address)}' with mediated device model 'vfio-pci'");
            case { Sgio: Sgio.Unfiltered }:
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "unfiltered sgio is no longer supported");
            case { Type: HostdevType.Pci, Address: not (null or PciAddress or UnassignedAddress) }:
                throw VireoException.Internal(ErrorDomain.Domain, "PCI host devices must use 'pci' or 'unassigned' address type");
        }

        return device with
        {
            Managed = device.Managed ?? false,
            Display = device.Display ?? (device is { Type: HostdevType.Mdev, Model: HostdevModel.VfioPci } ? false : null),
            Source = device.Source switch
            {
                { Protocol: HostdevProtocol.Iscsi, Name: { } name } source => source with { Name = DiskDefaults.IscsiName(name) },
                { Address: { } address } source when device.Type == HostdevType.Pci => source with { Address = PciSource(address) },
                var source => source,
            },
        };
    }

    /// <summary>The address of a host's PCI device as libvirt writes it.</summary>
    public static HostdevAddress PciSource(HostdevAddress address) => address with
    {
        Domain = Hex(address.Domain, "x4"),
        Bus = Hex(address.Bus, "x2"),
        Slot = Hex(address.Slot, "x2"),
        Function = Hex(address.Function, "x"),
    };

    // The parser has seen to it that these are numbers, in one base or the other.
    private static string Hex(string? number, string form)
    {
        var value = number?.Trim() switch
        {
            null => 0u,
            ['0', 'x' or 'X', .. var digits] => uint.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            var digits => uint.Parse(digits, CultureInfo.InvariantCulture),
        };
        return "0x" + value.ToString(form, CultureInfo.InvariantCulture);
    }

    private static string NameOf(DeviceAddress address) => address switch { DriveAddress => "drive", UsbAddress => "usb", CcwAddress => "ccw", _ => "unknown" };

    private static DriveAddress NextPlace(DeviceDraft draft)
    {
        var taken = draft.Disks.Where(d => d.Target?.Bus == DiskBus.Scsi).Select(d => d.Address).Concat(draft.Hostdevs.Where(h => h.Type == HostdevType.Scsi).Select(h => h.Address))
            .OfType<DriveAddress>().Select(a => (a.Controller ?? 0, a.Unit ?? 0)).ToHashSet();
        for (var n = 0; ; n++)
        {
            var controller = (uint)n;
            for (uint unit = 0; unit < UnitsOfController; unit++)
            {
                if (!taken.Contains((controller, unit)))
                {
                    return new DriveAddress { Controller = controller, Bus = 0, Target = 0, Unit = unit };
                }
            }
        }
    }
}
