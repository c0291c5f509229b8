using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Controllers that the machine or its devices imply.</summary>
internal static class ControllerDefaults
{
    /// <summary>Puts controllers of one type together and in the order of their indexes; a master goes before its companions.</summary>
    public static void Sort(DeviceDraft draft)
    {
        var sorted = new List<ControllerConfig>(draft.Controllers.Count + 4);
        foreach (var controller in draft.Controllers)
        {
            var at = sorted.Count;
            for (var i = sorted.Count - 1; i >= 0; i--)
            {
                var other = sorted[i];
                if (other.Type != controller.Type)
                {
                    continue;
                }

                var after = controller.Index is not { } index || index > (other.Index ?? -1)
                    || (index == other.Index && (controller.Master is not null || other.Master is null));
                at = after ? i + 1 : i;
                if (after)
                {
                    break;
                }
            }

            sorted.Insert(at, controller);
        }

        draft.Controllers = sorted;
    }

    /// <summary>Adds what the machine has on its board.</summary>
    public static void AddImplied(DeviceDraft draft, MachineKind machine)
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
        AddForDrives(draft, DiskBus.Scsi, ControllerType.Scsi, "lsilogic");
        AddForDrives(draft, DiskBus.Fdc, ControllerType.Fdc, null);
        AddForDrives(draft, DiskBus.Ide, ControllerType.Ide, null);
        AddForDrives(draft, DiskBus.Sata, ControllerType.Sata, null);
        AddForHostdevs(draft);
        foreach (var port in draft.Channels.Concat(draft.Consoles).Where(c => c.Target?.Type == CharTargetType.Virtio))
        {
            Add(draft, ControllerType.VirtioSerial, (int)((port.Address as VirtioSerialAddress)?.Controller ?? 0));
        }

        uint slot = 0;
        DeviceDraft.Each(draft.Smartcards, card => card.Address is not null ? card : card with { Address = new CcidAddress { Controller = 0, Slot = slot++ } });
        foreach (var card in draft.Smartcards)
        {
            Add(draft, ControllerType.Ccid, (int)((card.Address as CcidAddress)?.Controller ?? 0));
        }
    }

    /// <summary>Adds those that the host's SCSI devices stand on; a further one is like the one before.</summary>
    public static void AddForHostdevs(DeviceDraft draft)
    {
        var last = draft.Hostdevs.Where(h => h.Type == HostdevType.Scsi).Select(h => (int)Math.Min((h.Address as DriveAddress)?.Controller ?? 0, 256)).DefaultIfEmpty(-1).Max();
        for (var index = 0; index <= last; index++)
        {
            Add(draft, ControllerType.Scsi, index, draft.Controllers.Find(c => c.Type == ControllerType.Scsi && c.Index == index - 1)?.Model ?? "lsilogic");
        }
    }

    private static void Add(DeviceDraft draft, ControllerType type, int index, string? model = null)
    {
        if (!draft.Controllers.Any(c => c.Type == type && c.Index == index))
        {
            draft.Controllers.Add(new ControllerConfig { Type = type, Index = index, Model = model });
        }
    }

    /// <summary>Numbers controllers that have no number, and says what those are that say no model.</summary>
    public static void Complete(DeviceDraft draft)
    {
        for (var i = 0; i < draft.Controllers.Count; i++)
        {
            var controller = draft.Controllers[i];
            if (controller.Index is null)
            {
                controller = controller with { Index = Next(draft, controller) };
            }

            draft.Controllers[i] = controller with
            {
                Master = controller.Master ?? (IsIch9(controller) && StartPort(controller.Model) is { } port ? new DeviceMaster { Startport = port } : null),
                Model = controller.Model ?? controller.Type switch { ControllerType.Usb => "piix3-uhci", ControllerType.Scsi => "lsilogic", _ => null },
            };
        }
    }

    private static int Next(DeviceDraft draft, ControllerConfig controller)
    {
        // The parts of an ICH9 controller share a number until one comes a second time.
        if (IsIch9(controller) && draft.Controllers.FindLast(c => IsIch9(c) && c.Index is not null) is { } mate
            && !draft.Controllers.Exists(c => c.Type == ControllerType.Usb && c.Index == mate.Index && c.Model == controller.Model))
        {
            return mate.Index!.Value;
        }

        for (var index = 0; ; index++)
        {
            if (!draft.Controllers.Any(c => c.Type == controller.Type && c.Index == index))
            {
                return index;
            }
        }
    }

    // A companion serves two ports of its master.
    private static uint? StartPort(string? model) => model switch { "ich9-uhci1" => 0, "ich9-uhci2" => 2, "ich9-uhci3" => 4, _ => null };

    private static bool IsIch9(ControllerConfig controller) => controller is { Type: ControllerType.Usb, Model: "ich9-ehci1" or "ich9-uhci1" or "ich9-uhci2" or "ich9-uhci3" };

    private static void AddFirst(DeviceDraft draft, ControllerType type, string? model)
    {
        Add(draft, type, 0, model);
    }

    private static void AddForDrives(DeviceDraft draft, DiskBus bus, ControllerType type, string? model)
    {
        var last = -1;
        foreach (var disk in draft.Disks)
        {
            if (disk.Target?.Bus == bus && disk.Address is DriveAddress drive)
            {
                last = Math.Max(last, (int)Math.Min(drive.Controller ?? 0, 256));
            }
        }

        AddUpTo(draft, type, last, model);
    }

    private static void AddUpTo(DeviceDraft draft, ControllerType type, int last, string? model)
    {
        for (var index = 0; index <= last; index++)
        {
            Add(draft, type, index, model);
        }
    }
}
