using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults.Machines;

/// <summary>A machine of RISC-V: <c>virt</c>, or one of the boards.</summary>
/// <param name="name">The machine's canonical name.</param>
internal sealed class RiscvMachine(string name) : MachineKind(name)
{
    /// <inheritdoc/>
    public override bool IsVirt => IsOf("virt");

    /// <inheritdoc/>
    public override string? PciRoot => IsVirt ? "pcie-root" : null;

    /// <inheritdoc/>
    public override bool HasBalloon => true;

    /// <inheritdoc/>
    public override string CardModel => IsVirt ? "virtio" : "rtl8139";

    /// <inheritdoc/>
    public override bool HasOptionalUsb => !IsVirt;

    /// <inheritdoc/>
    public override VideoType Video => IsVirt ? VideoType.Virtio : VideoType.Cirrus;

    /// <inheritdoc/>
    public override bool HasVirtioVga => true;

    /// <inheritdoc/>
    public override CharTargetType? Serial => IsVirt ? CharTargetType.SystemSerial : null;

    /// <inheritdoc/>
    public override CharTargetModel? BoardSerial => IsVirt ? CharTargetModel.V16550a : null;
}
