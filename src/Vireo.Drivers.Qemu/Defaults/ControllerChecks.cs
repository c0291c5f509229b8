using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Refuses controllers that cannot be had, with libvirt's codes and messages.</summary>
internal static class ControllerChecks
{
    /// <summary>As many ports as an xHCI controller of QEMU can have.</summary>
    public const int MostXhciPorts = 15;

    /// <summary>What must hold before addresses are given out.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void BeforeAddresses(DeviceDraft draft, MachineKind machine)
    {
        var seen = new HashSet<(ControllerType?, int?)>();
        foreach (var controller in draft.Controllers.Where(c => c.Type != ControllerType.Usb))
        {
            if (!seen.Add((controller.Type, controller.Index)))
            {
                throw Refused($"Multiple '{controller.Type!.Value.ToXmlName()}' controllers with index '{controller.Index}'");
            }
        }

        if (machine.IsI440fx)
        {
            RequireOnBoard(draft, ControllerType.Ide, null, 1, "Primary IDE controller must have PCI address 0:0:1.1");
            RequireOnBoard(draft, ControllerType.Usb, "piix3-uhci", 2, "PIIX3 USB controller at index 0 must have PCI address 0:0:1.2");
        }

        if (machine.PciRoot is { } root && draft.Controllers.Find(c => c is { Type: ControllerType.Pci, Index: 0 }) is { Model: { } model } && model != root)
        {
            throw Refused($"The PCI controller with index='0' must be model='{root}' for this machine type, but model='{model}' was found instead");
        }
    }

    /// <summary>What must hold of the controllers of a finished document.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Check(ControllerConfig controller, MachineKind machine)
    {
        var refusal = controller switch
        {
            { Type: ControllerType.Usb, Model: "qemu-xhci" or "nec-xhci", Ports: > MostXhciPorts } => $"'{controller.Model}' controller only supports up to '{MostXhciPorts}' ports",
            { Type: ControllerType.Pci, Model: "pci-expander-bus" } when !machine.IsI440fx => "pci-expander-bus controllers are only supported on 440fx-based machinetypes",
            { Type: ControllerType.Pci, Model: "pcie-expander-bus" } when machine.PciRoot != "pcie-root" => "pcie-expander-bus controllers are not supported with this machine type",
            { Type: ControllerType.Pci, Index: 0, Target.Node: not null } => "The PCI controller with index=0 can't be associated with a NUMA node",
            { Type: ControllerType.Scsi, Model: "buslogic" or "ncr53c90" } => $"Unsupported controller model: {controller.Model}",
            { Type: ControllerType.Usb, Model: "qusb1" or "qusb2" } => "USB controller model type 'qusb1' or 'qusb2' is not supported in qemu",
            { Type: ControllerType.Pci, Index: > 0, Target: { } target } when Misplaced(controller.Model, target) is { } option =>
                $"Option '{option}' is not valid for PCI controller with index '{controller.Index}', model '{controller.Model}' and modelName '{controller.ModelName?.ToXmlName()}'",
            _ => null,
        };
        if (refusal is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, refusal);
        }
    }

    private static void RequireOnBoard(DeviceDraft draft, ControllerType type, string? model, uint function, string refusal)
    {
        var controller = draft.Controllers.Find(c => c.Type == type && c.Index == 0 && (model is null || c.Model == model));
        if (controller?.Address is PciAddress at && (at.Domain, at.Bus, at.Slot, at.Function) != (0u, 0u, 1u, function))
        {
            throw VireoException.Internal(ErrorDomain.Domain, refusal);
        }
    }

    private static string? Misplaced(string? model, ControllerTarget target) => target switch
    {
        { ChassisNr: not null } when model != "pci-bridge" => "chassisNr",
        { Chassis: not null } when model is not ("pcie-root-port" or "pcie-switch-downstream-port") => "chassis",
        { Port: not null } when model is not ("pcie-root-port" or "pcie-switch-downstream-port") => "port",
        { BusNr: not null } when model is not ("pci-expander-bus" or "pcie-expander-bus") => "busNr",
        { Index: not null } when model != "pci-root" => "targetIndex",
        _ => null,
    };

    private static VireoException Refused(string detail) => new(ErrorCode.XmlError, ErrorDomain.Domain, detail);
}
