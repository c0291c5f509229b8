using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>Controllers, and the drives and input devices that are told of with them.</summary>
internal static class ControllerArguments
{
    /// <summary>Adds all controllers.</summary>
    public static void Add(ArgumentList arguments, DevicesConfig devices, BhyveHost host)
    {
        if (devices.Disks.Any(disk => disk is { Target.Bus: DiskBus.Sata, Address: not DriveAddress }))
            throw BhyveErrors.Unsupported("SATA disks are only supported on a controller");
        var seen = new HashSet<ControllerType?>();
        foreach (var controller in devices.Controllers)
        {
            var isFirst = seen.Add(controller.Type);
            switch (controller.Type)
            {
                case ControllerType.Pci:
                    if (controller.Model != "pci-root")
                        throw BhyveErrors.Unsupported("unsupported PCI controller model: only PCI root supported");
                    break;
                case ControllerType.Sata:
                    arguments.Add("-s", $"{PciPlace.Of(controller)},ahci{Drives(controller, devices.Disks, host)}");
                    break;
                case ControllerType.Usb:
                    arguments.Add("-s", isFirst ? $"{PciPlace.Of(controller)},xhci,{Input(devices.Inputs)}" : throw BhyveErrors.Unsupported("only single USB controller is supported"));
                    break;
                case ControllerType.Isa:
                    arguments.Add("-s", isFirst ? $"{PciPlace.Of(controller)},lpc" : throw BhyveErrors.Unsupported("only single ISA controller is supported"));
                    break;
                default:
                    throw BhyveErrors.Unsupported($"unsupported controller type '{controller.Type?.ToXmlName()}'");
            }
        }
    }

    private static string Drives(ControllerConfig controller, ConfigList<DiskConfig> disks, BhyveHost host)
    {
        var drives = new StringBuilder();
        foreach (var disk in disks.Where(disk => disk.Target!.Bus == DiskBus.Sata && (disk.Address as DriveAddress)?.Controller == controller.Index))
        {
            var file = DiskFile.Of(disk, host) ?? throw BhyveErrors.Unsupported(
                disk.Device == DiskDevice.Cdrom ? "cdrom device without source path not supported" : $"disk '{disk.Target!.Dev}' without source path not supported");
            var kind = disk.Device switch
            {
                DiskDevice.Disk => "hd",
                DiskDevice.Cdrom => "cd",
                _ => throw BhyveErrors.Unsupported("unsupported disk device"),
            };
            drives.Append(host.Features.HasFlag(BhyveFeatures.Ahci32Slots) ? $",{kind}:{file}" : $"-{kind},{file}");
        }

        return drives.ToString();
    }

    /// <summary>The one device that the controller for USB has.</summary>
    private static string Input(ConfigList<InputConfig> inputs)
    {
        if (inputs.Any(input => input is not { Bus: InputBus.Usb }))
            throw BhyveErrors.Unsupported("only USB input devices are supported");
        if (inputs.Any(input => input.Type != InputType.Tablet))
            throw BhyveErrors.Unsupported("only tablet input devices are supported");
        return inputs.Count == 1 ? "tablet" : throw BhyveErrors.Unsupported("only single input device is supported");
    }
}
