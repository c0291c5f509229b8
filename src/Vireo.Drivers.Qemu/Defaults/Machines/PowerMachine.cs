using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults.Machines;

/// <summary>A machine of POWER: <c>pseries</c>, or one of the boards.</summary>
/// <param name="architecture">The guest's architecture.</param>
/// <param name="name">The machine's canonical name.</param>
internal sealed class PowerMachine(string architecture, string name) : MachineKind(name)
{
    /// <inheritdoc/>
    public override string PciRoot => "pci-root";

    /// <inheritdoc/>
    public override bool HasHostBridges => IsPseries;

    /// <inheritdoc/>
    public override bool HasUsb => true;

    /// <inheritdoc/>
    public override bool HasBalloon => true;

    /// <inheritdoc/>
    public override string UsbModel => Is64Bit ? "qemu-xhci" : "piix3-uhci";

    /// <inheritdoc/>
    public override ulong MemoryGrain => Is64Bit ? 256UL << 20 : base.MemoryGrain;

    /// <inheritdoc/>
    public override string ScsiModel => IsPseries ? "ibmvscsi" : "lsilogic";

    /// <inheritdoc/>
    public override VideoType Video => VideoType.Vga;

    /// <inheritdoc/>
    public override CharTargetType? Serial => IsPseries ? CharTargetType.SpaprVioSerial : null;

    /// <inheritdoc/>
    public override InputBus? DisplayInputs => InputBus.Usb;

    /// <inheritdoc/>
    public override PanicModel? Panic => IsPseries ? PanicModel.Pseries : null;

    /// <inheritdoc/>
    public override TpmModel Tpm => TpmModel.Spapr;

    /// <inheritdoc/>
    public override bool HasIde => Name == "g3beige";

    private bool Is64Bit => architecture != "ppc";

    private bool IsPseries => IsOf("pseries");
}
