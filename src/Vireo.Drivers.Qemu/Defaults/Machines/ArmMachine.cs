using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults.Machines;

/// <summary>A machine of ARM: <c>virt</c>, or one of the boards.</summary>
/// <param name="architecture">The guest's architecture.</param>
/// <param name="name">The machine's canonical name.</param>
internal sealed class ArmMachine(string architecture, string name) : MachineKind(name)
{
    /// <inheritdoc/>
    public override bool IsVirt => IsOf("virt");

    /// <inheritdoc/>
    public override string? PciRoot => IsVirt ? "pcie-root" : IsVersatile && architecture == "armv6l" ? "pci-root" : null;

    /// <inheritdoc/>
    public override bool HasUnknownPci => IsVersatile && PciRoot is null;

    /// <inheritdoc/>
    public override string UsbModel => architecture == "aarch64" ? "qemu-xhci" : "piix3-uhci";

    /// <inheritdoc/>
    public override string CardModel => IsVirt ? "virtio" : IsVersatile ? "smc91c111" : "lan9118";

    /// <inheritdoc/>
    public override VideoType Video => IsVirt ? VideoType.Virtio : VideoType.Cirrus;

    /// <inheritdoc/>
    public override CharTargetType? Serial => IsVirt ? CharTargetType.SystemSerial : null;

    /// <inheritdoc/>
    public override CharTargetModel? BoardSerial => IsVirt ? CharTargetModel.Pl011 : null;

    /// <inheritdoc/>
    public override string PciBus => "pci";

    /// <inheritdoc/>
    public override bool HasOptionalUsb => !IsVirt;

    /// <inheritdoc/>
    public override VirtioBus VirtioBus => Name.StartsWith("vexpress-", StringComparison.Ordinal) ? VirtioBus.Mmio : VirtioBus.Pci;

    private bool IsVersatile => Name == "versatilepb";
}
