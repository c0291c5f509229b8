using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Controllers that the machine or its devices imply.</summary>
internal static class ImpliedControllers
{
    /// <summary>Puts the controllers in order and fills in their models.</summary>
    public static void Sort(DeviceDraft draft)
    {
        ControllerDefaults.Sort(draft);
        DeviceDraft.Each(draft.Controllers, controller =>
            controller with { Model = controller.Model ?? controller.Type switch { ControllerType.Usb => "piix3-uhci", ControllerType.Scsi => "lsilogic", _ => null } });
    }

    /// <summary>Adds what the machine has on its board.</summary>
    public static void AddOnBoard(DeviceDraft draft, MachineKind machine)
    {
        AddFirst(draft, ControllerType.Usb, machine.IsQ35 ? "qemu-xhci" : "piix3-uhci");
        if (machine.IsQ35)
        {
            AddFirst(draft, ControllerType.Sata, null);
        }

        AddFirst(draft, ControllerType.Pci, machine.IsQ35 ? "pcie-root" : "pci-root");
    }

    /// <summary>Adds the controllers that drives and channels stand on.</summary>
    public static void AddForDevices(DeviceDraft draft)
    {
        ControllerDefaults.AddForDrives(draft, "lsilogic");
        AddForHostdevs(draft);
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
    private static void AddForHostdevs(DeviceDraft draft)
    {
        var last = draft.Hostdevs.Where(h => h.Type == HostdevType.Scsi).Select(h => h.Address).OfType<DriveAddress>().Select(a => (int)Math.Min(a.Controller ?? 0, 256)).DefaultIfEmpty(-1).Max();
        for (var index = 0; index <= last; index++)
        {
            ControllerDefaults.Add(draft, ControllerType.Scsi, index, draft.Controllers.Find(c => c.Type == ControllerType.Scsi && c.Index == index - 1)?.Model ?? "lsilogic");
        }
    }

    private static void AddFirst(DeviceDraft draft, ControllerType type, string? model)
    {
        if (type == ControllerType.Usb ? !draft.Controllers.Any(c => c.Type == type) : !draft.Controllers.Any(c => c.Type == type && c.Index == 0))
        {
            draft.Controllers.Add(new ControllerConfig { Type = type, Index = 0, Model = model });
        }
    }
}
