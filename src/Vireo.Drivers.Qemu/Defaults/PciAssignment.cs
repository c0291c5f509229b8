using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Gives the devices their places on the PCI buses, and adds the bridges and ports that takes.</summary>
internal static class PciAssignment
{
    private const uint DmiBridgeSlot = 0x1e;
    private const int BusNumbers = 256;

    /// <summary>Assigns what has no address, in libvirt's order.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: an address is taken twice or does not exist.</exception>
    public static void Apply(DeviceDraft draft, MachineKind machine)
    {
        if (machine.PciRoot is not { } root)
        {
            RequireNone(draft, machine);
            return;
        }

        var known = new PciTopology(root, machine.HasHostBridges);
        var manual = false;
        foreach (var controller in draft.Controllers.Where(c => c is { Type: ControllerType.Pci, Index: > 0 }))
        {
            manual = true;
            known.Add((uint)controller.Index!.Value, controller.Model ?? throw Missing(controller));
        }

        var endpoints = PciDevices.Endpoints(draft, machine);
        known.Fill(endpoints.Select(d => (d.Address as PciAddress)?.Bus ?? 0).Append((uint)known.Count - 1).Max());

        // The trial fills a copy: it only tells how many buses are needed.
        var trial = known.Clone();
        var copy = new DeviceDraft(draft.ToConfig());
        Run(copy, PciDevices.Endpoints(copy, machine), machine, trial);
        if (machine.IsI440fx && !IsFull(draft, endpoints, known))
        {
            // One slot is kept for a bridge that may be plugged in later.
            trial.Place(PciConnection.Conventional);
        }

        if (known.IsExpress && !manual && trial.Count > 1 && !trial.HasFreeExpressSlot())
        {
            trial.AddSpare();
        }

        AddControllers(draft, trial);
        var buses = new PciTopology(root, machine.HasHostBridges);
        foreach (var controller in draft.Controllers.Where(c => c is { Type: ControllerType.Pci, Index: > 0 }))
        {
            buses.Add((uint)controller.Index!.Value, controller.Model!);
        }

        Run(draft, endpoints, machine, buses);
        Finish(draft, endpoints, machine, buses);
    }

    // A board without buses that libvirt knows of has no places to give out; some have, all the same, devices that would need one.
    private static void RequireNone(DeviceDraft draft, MachineKind machine)
    {
        if (PciDevices.Bridges(draft).Concat(PciDevices.Endpoints(draft, machine)).Any(d => d.Address is not null || machine.HasUnknownPci))
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "No PCI buses available");
        }
    }

    /// <summary>Assigns what has come to a running guest a place on the buses that the guest has.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: an address is taken twice or does not exist; VIR_ERR_INTERNAL_ERROR: there is no room.</exception>
    public static void ApplyLive(DeviceDraft draft, MachineKind machine)
    {
        if (machine.PciRoot is not { } root)
        {
            RequireNone(draft, machine);
            return;
        }

        var buses = new PciTopology(root, machine.HasHostBridges) { MayGrow = false };
        foreach (var controller in draft.Controllers.Where(c => c is { Type: ControllerType.Pci, Index: > 0 }))
        {
            buses.Add((uint)controller.Index!.Value, controller.Model ?? throw Missing(controller));
        }

        var endpoints = PciDevices.Endpoints(draft, machine);
        Run(draft, endpoints, machine, buses);
        Finish(draft, endpoints, machine, buses);
    }

    // Whether the addresses that the document gives leave no slot free.
    private static bool IsFull(DeviceDraft draft, IReadOnlyList<PciDevice> endpoints, PciTopology known)
    {
        var given = known.Clone();
        TakeGiven(draft, endpoints, given);
        return given.IsFull;
    }

    private static void TakeGiven(DeviceDraft draft, IReadOnlyList<PciDevice> endpoints, PciTopology buses)
    {
        foreach (var device in PciDevices.Bridges(draft).Concat(endpoints))
        {
            if (device.Address is PciAddress address)
            {
                buses.Take(Slot(address), device.Name, device.Connection);
            }
        }
    }

    private static void Run(DeviceDraft draft, IReadOnlyList<PciDevice> endpoints, MachineKind machine, PciTopology buses)
    {
        TakeGiven(draft, endpoints, buses);
        Chipset(draft, machine, buses);
        foreach (var bridge in PciDevices.Bridges(draft).Where(b => b.Address is null))
        {
            bridge.Set(Address(buses.Place(bridge.Connection)));
        }

        foreach (var device in endpoints.Where(static d => d.Address is null))
        {
            device.Set(Address(device.Ich9 is { } ich9 ? PlaceCompanion(draft, buses, ich9) : buses.Place(device.Connection)));
        }
    }

    /// <summary>The parts of an ICH9 USB controller stand in one slot, each at its own function.</summary>
    private static PciSlot PlaceCompanion(DeviceDraft draft, PciTopology buses, (int Index, uint Function) ich9)
    {
        var mate = draft.Controllers.Find(c => c.Type == ControllerType.Usb && c.Index == ich9.Index && PciDevices.Ich9Function(c.Model) is not null && c.Address is PciAddress);
        if (mate?.Address is not PciAddress address)
        {
            return buses.Move(buses.Place(PciConnection.Conventional), ich9.Function);
        }

        var at = Slot(address) with { Function = ich9.Function };
        buses.Take(at, "a USB controller");
        return at;
    }

    private static void Chipset(DeviceDraft draft, MachineKind machine, PciTopology buses)
    {
        void Board(ControllerType type, string? model, uint slot, uint function)
        {
            var i = draft.Controllers.FindIndex(c => c.Type == type && c.Index == 0 && (model is null || c.Model == model));
            if (i >= 0 && draft.Controllers[i].Address is not PciAddress)
            {
                draft.Controllers[i] = draft.Controllers[i] with { Address = Address(new PciSlot(0, slot, function)) };
            }
        }

        if (!machine.IsPc)
        {
            return;
        }

        if (machine.IsI440fx)
        {
            buses.TakeChipset(1);
            Board(ControllerType.Ide, null, 1, 1);
            Board(ControllerType.Usb, "piix3-uhci", 1, 2);
        }
        else
        {
            buses.TakeChipset(0x1f);
            Board(ControllerType.Sata, null, 0x1f, 2);
            Companions(draft, buses);
            Sound(draft, buses);
            Bridge(draft, buses);
        }

        PrimaryVideo(draft, machine.IsI440fx ? 2u : 1u, buses);
    }

    private static void PrimaryVideo(DeviceDraft draft, uint slot, PciTopology buses)
    {
        if (draft.Videos.Count == 0 || draft.Videos[0].Address is not null || draft.Videos[0].Model!.Type is VideoType.None or VideoType.Ramfb)
        {
            return;
        }

        var at = new PciSlot(0, slot, 0);
        buses.Take(at, "the primary video device");
        draft.Videos[0] = draft.Videos[0] with { Address = Address(at) };
    }

    private static void Companions(DeviceDraft draft, PciTopology buses)
    {
        for (var i = 0; i < draft.Controllers.Count; i++)
        {
            if (draft.Controllers[i] is not { Type: ControllerType.Usb, Model: "ich9-uhci1", Address: null } first
                || ((uint[])[0x1d, 0x1a]).FirstOrDefault(buses.RootSlotIsFree) is not (not 0 and var slot))
            {
                continue;
            }

            for (var j = 0; j < draft.Controllers.Count; j++)
            {
                var controller = draft.Controllers[j];
                if (controller.Type == ControllerType.Usb && controller.Index == first.Index && controller.Address is null && PciDevices.Ich9Function(controller.Model) is { } function)
                {
                    buses.Take(new PciSlot(0, slot, function), "a USB controller");
                    draft.Controllers[j] = controller with { Address = Address(new PciSlot(0, slot, function)) };
                }
            }
        }
    }

    private static void Sound(DeviceDraft draft, PciTopology buses)
    {
        var i = draft.Sounds.FindIndex(s => s is { Model: SoundModel.Ich9, Address: null });
        if (i >= 0 && buses.RootSlotIsFree(0x1b))
        {
            var at = new PciSlot(0, 0x1b, 0);
            buses.Take(at, "the sound card");
            draft.Sounds[i] = draft.Sounds[i] with { Address = Address(at) };
        }
    }

    // The first bridge to conventional PCI stands where the real chipset has it.
    private static void Bridge(DeviceDraft draft, PciTopology buses)
    {
        var i = draft.Controllers.FindIndex(c => c is { Type: ControllerType.Pci, Model: "dmi-to-pci-bridge" });
        if (i >= 0 && draft.Controllers[i].Address is null && buses.RootSlotIsFree(DmiBridgeSlot))
        {
            var at = new PciSlot(0, DmiBridgeSlot, 0);
            buses.Take(at, "the DMI bridge");
            draft.Controllers[i] = draft.Controllers[i] with { Address = Address(at) };
        }
    }

    private static void AddControllers(DeviceDraft draft, PciTopology trial)
    {
        for (var index = 1; index < trial.Count; index++)
        {
            if (!draft.Controllers.Any(c => c.Type == ControllerType.Pci && c.Index == index))
            {
                draft.Controllers.Add(new ControllerConfig { Type = ControllerType.Pci, Index = index, Model = trial.ModelOf(index) });
            }
        }
    }

    // Each expander's numbers end where the next one's begin.
    private static void NumberExpanders(DeviceDraft draft)
    {
        DeviceDraft.Each(draft.Controllers, controller =>
        {
            if (controller is not { Type: ControllerType.Pci, Model: "pci-expander-bus" or "pcie-expander-bus", Target: null or { BusNr: null } })
            {
                return controller;
            }

            var lowest = draft.Controllers.Where(c => c.Type == ControllerType.Pci).Select(c => c.Target?.BusNr ?? BusNumbers).Append(BusNumbers).Min();
            return controller with { Target = (controller.Target ?? new ControllerTarget()) with { BusNr = lowest - 2 } };
        });
    }

    private static void Finish(DeviceDraft draft, IReadOnlyList<PciDevice> endpoints, MachineKind machine, PciTopology buses)
    {
        foreach (var device in PciDevices.Bridges(draft).Concat(endpoints))
        {
            Mark(device, buses);
        }

        HostBridges(draft, machine);
        DeviceDraft.Each(draft.Controllers, Complete);
        NumberExpanders(draft);
    }

    // Every root of POWER is a device, and has a number of its own.
    private static void HostBridges(DeviceDraft draft, MachineKind machine)
    {
        if (!machine.HasHostBridges)
        {
            return;
        }

        var taken = draft.Controllers.Select(c => c is { Type: ControllerType.Pci, Model: "pci-root" } ? c.Target?.Index : null).OfType<int>().ToHashSet();
        foreach (var at in Enumerable.Range(0, draft.Controllers.Count).Where(i => draft.Controllers[i] is { Type: ControllerType.Pci, Model: "pci-root" }).OrderBy(i => draft.Controllers[i].Index > 0).ToList())
        {
            var root = draft.Controllers[at];
            draft.Controllers[at] = root with
            {
                ModelName = root.ModelName ?? ControllerModelName.SpaprPciHostBridge,
                Target = (root.Target ?? new ControllerTarget()) with { Index = root.Target?.Index ?? Enumerable.Range(0, int.MaxValue).First(taken.Add) },
            };
        }
    }

    private static void Mark(PciDevice device, PciTopology buses)
    {
        if (device.Address is PciAddress { Function: 0 or null, Multifunction: null } address && buses.IsMultifunction(Slot(address)))
        {
            device.Set(address with { Multifunction = true });
        }
    }

    private static ControllerConfig Complete(ControllerConfig controller)
    {
        if (controller is not { Type: ControllerType.Pci, Index: > 0 and var index })
        {
            return controller;
        }

        var target = controller.Target ?? new ControllerTarget();
        var at = controller.Address as PciAddress;
        return controller.Model switch
        {
            "pcie-root-port" => controller with
            {
                ModelName = controller.ModelName ?? ControllerModelName.PcieRootPort,
                Target = target with { Chassis = target.Chassis ?? index, Port = target.Port ?? (((at?.Slot ?? 0) << 3) + (at?.Function ?? 0)) },
            },
            "pcie-switch-downstream-port" => controller with
            {
                ModelName = controller.ModelName ?? ControllerModelName.Xio3130Downstream,
                Target = target with { Chassis = target.Chassis ?? index, Port = target.Port ?? at?.Slot },
            },
            "pci-bridge" => controller with { ModelName = controller.ModelName ?? ControllerModelName.PciBridge, Target = target with { ChassisNr = target.ChassisNr ?? index } },
            "pcie-to-pci-bridge" => controller with { ModelName = controller.ModelName ?? ControllerModelName.PciePciBridge },
            "pci-expander-bus" => controller with { ModelName = controller.ModelName ?? ControllerModelName.Pxb },
            "pcie-expander-bus" => controller with { ModelName = controller.ModelName ?? ControllerModelName.PxbPcie },
            "dmi-to-pci-bridge" => controller with { ModelName = controller.ModelName ?? ControllerModelName.I82801b11Bridge },
            "pcie-switch-upstream-port" => controller with { ModelName = controller.ModelName ?? ControllerModelName.X3130Upstream },
            _ => controller,
        };
    }

    private static PciSlot Slot(PciAddress address)
    {
        if (address.Domain is > 0)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "Invalid PCI address: Only PCI domain 0 is available");
        }

        return new PciSlot(address.Bus ?? 0, address.Slot ?? 0, address.Function ?? 0);
    }

    private static PciAddress Address(PciSlot at) => new() { Domain = 0, Bus = at.Bus, Slot = at.Slot, Function = at.Function };

    private static VireoException Missing(ControllerConfig controller) =>
        new(ErrorCode.XmlError, ErrorDomain.Domain, $"PCI controller with index '{controller.Index}' has no model");
}
