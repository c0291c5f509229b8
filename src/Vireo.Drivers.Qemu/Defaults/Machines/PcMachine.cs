using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults.Machines;

/// <summary>A PC: <c>pc-i440fx-…</c> or <c>pc-q35-…</c>.</summary>
/// <param name="name">The machine's canonical name.</param>
internal sealed class PcMachine(string name) : MachineKind(name)
{
    /// <inheritdoc/>
    public override bool IsPc => true;

    /// <inheritdoc/>
    public override bool IsQ35 => Name == "q35" || Name.StartsWith("pc-q35-", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool IsI440fx => !IsQ35 && (Name == "pc" || Name.StartsWith("pc-", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override string PciRoot => IsQ35 ? "pcie-root" : "pci-root";

    /// <inheritdoc/>
    public override bool HasIde => IsI440fx;

    /// <inheritdoc/>
    public override bool HasUsb => true;

    /// <inheritdoc/>
    public override bool HasBalloon => true;

    /// <inheritdoc/>
    public override string BoardUsbModel => IsQ35 ? "qemu-xhci" : UsbModel;

    /// <inheritdoc/>
    public override bool HasVirtioVga => true;

    /// <inheritdoc/>
    public override CharTargetType? Serial => CharTargetType.IsaSerial;

    /// <inheritdoc/>
    public override InputBus InputBus => InputBus.Ps2;
}
