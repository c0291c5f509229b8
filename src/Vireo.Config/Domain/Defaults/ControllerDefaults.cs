namespace Vireo.Config.Defaults;

/// <summary>Controllers: their order and numbers, and those that drives stand on.</summary>
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
        Complete(draft);
    }

    /// <summary>Adds a controller unless there is one of its kind and number.</summary>
    public static void Add(DeviceDraft draft, ControllerType type, int index, string? model = null)
    {
        if (!draft.Controllers.Any(c => c.Type == type && c.Index == index))
        {
            draft.Controllers.Add(new ControllerConfig { Type = type, Index = index, Model = model });
        }
    }

    private static void Complete(DeviceDraft draft)
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

    /// <summary>Adds the controllers that drives stand on.</summary>
    /// <param name="draft">The devices.</param>
    /// <param name="scsi">The model of SCSI controllers, for drivers that have one for those that name none.</param>
    public static void AddForDrives(DeviceDraft draft, string? scsi = null)
    {
        AddForDrives(draft, DiskBus.Scsi, ControllerType.Scsi, scsi);
        AddForDrives(draft, DiskBus.Fdc, ControllerType.Fdc, null);
        AddForDrives(draft, DiskBus.Ide, ControllerType.Ide, null);
        AddForDrives(draft, DiskBus.Sata, ControllerType.Sata, null);
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

        for (var index = 0; index <= last; index++)
        {
            Add(draft, type, index, model);
        }
    }
}
