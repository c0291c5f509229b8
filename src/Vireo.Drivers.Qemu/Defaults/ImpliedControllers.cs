using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Controllers that the machine or its devices imply.</summary>
internal static class ImpliedControllers
{
    /// <summary>Puts the controllers in order and fills in their models.</summary>
    public static void Sort(DeviceDraft draft, MachineKind machine)
    {
        ControllerDefaults.Sort(draft);
        AddForHostdevs(draft, machine);
        ControllerDefaults.Complete(draft);
        DeviceDraft.Each(draft.Controllers, controller =>
            controller.Type switch
        {
            ControllerType.Usb => controller with { Model = controller.Model ?? (machine.UsbModel == "none" && controller.Address is not null ? null : machine.UsbModel) },
            ControllerType.Scsi when controller.Model is null or "auto" => controller with { Model = machine.ScsiModel },
            _ => controller,
        });
    }

    /// <summary>Adds what the machine has on its board.</summary>
    public static void AddOnBoard(DeviceDraft draft, MachineKind machine)
    {
        if (machine.HasUsb)
        {
            ControllerDefaults.Add(draft, ControllerType.Usb, 0, machine.BoardUsbModel);
        }

        if (machine.IsQ35)
        {
            ControllerDefaults.Add(draft, ControllerType.Sata, 0, null);
        }

        if (machine.PciRoot is { } root)
        {
            ControllerDefaults.Add(draft, ControllerType.Pci, 0, root);
        }
    }

    /// <summary>Adds the controllers that drives and channels stand on.</summary>
    public static void AddForDevices(DeviceDraft draft, MachineKind machine)
    {
        ControllerDefaults.AddForDrives(draft, machine.ScsiModel);
        AddForHostdevs(draft, machine);
        foreach (var port in draft.Channels.Concat(draft.Consoles).Where(c => c.Target?.Type == CharTargetType.Virtio))
        {
            ControllerDefaults.Add(draft, ControllerType.VirtioSerial, (int)((port.Address as VirtioSerialAddress)?.Controller ?? 0));
        }

        uint slot = 0;
        DeviceDraft.Each(draft.Smartcards, card => card.Address is not null ? card : card with { Address = new CcidAddress { Controller = 0, Slot = slot++ } });
        foreach (var card in draft.Smartcards)
        {
            ControllerDefaults.Add(draft, ControllerType.Ccid, (int)((card.Address as CcidAddress)?.Controller ?? 0));
        }
    }

    // A further controller for the host's devices is like the one before.
    private static void AddForHostdevs(DeviceDraft draft, MachineKind machine)
    {
        var last = draft.Hostdevs.Where(h => h.Type == HostdevType.Scsi).Select(h => (int)Math.Min((h.Address as DriveAddress)?.Controller ?? 0, 256)).DefaultIfEmpty(-1).Max();
        for (var index = 0; index <= last; index++)
        {
            ControllerDefaults.Add(draft, ControllerType.Scsi, index, draft.Controllers.Find(c => c.Type == ControllerType.Scsi && c.Index == index - 1)?.Model ?? machine.ScsiModel);
        }
    }
}
