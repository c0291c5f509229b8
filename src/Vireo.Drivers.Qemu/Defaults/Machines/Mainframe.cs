using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults.Machines;

/// <summary>An s390x mainframe: <c>s390-ccw-virtio</c>.</summary>
/// <param name="name">The machine's canonical name.</param>
internal sealed class Mainframe(string name) : MachineKind(name)
{
    /// <inheritdoc/>
    public override string PciRoot => "pci-root";

    /// <inheritdoc/>
    public override bool HasBalloon => true;

    /// <inheritdoc/>
    public override string UsbModel => "none";

    /// <inheritdoc/>
    public override string ScsiModel => "virtio-scsi";

    /// <inheritdoc/>
    public override string CardModel => "virtio";

    /// <inheritdoc/>
    public override VideoType Video => VideoType.Virtio;

    /// <inheritdoc/>
    public override CharTargetType? Serial => CharTargetType.SclpSerial;

    /// <inheritdoc/>
    public override InputBus InputBus => InputBus.Virtio;

    /// <inheritdoc/>
    public override PanicModel? Panic => PanicModel.S390;

    /// <inheritdoc/>
    public override VirtioBus VirtioBus => VirtioBus.Ccw;
}
