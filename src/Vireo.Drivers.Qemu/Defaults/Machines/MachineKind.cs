using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults.Machines;

/// <summary>Where virtio devices are plugged in that do not say.</summary>
internal enum VirtioBus
{
    /// <summary>PCI, or nowhere where there is none.</summary>
    Pci,

    /// <summary>Channel devices of mainframes.</summary>
    Ccw,

    /// <summary>Places on the board of ARM machines.</summary>
    Mmio,
}

/// <summary>
/// A machine type as libvirt's defaults see it: what is on its board, what devices become that do not say what they are, and where they are plugged in.
/// Each family of machines has its own.
/// </summary>
/// <param name="name">The machine's canonical name.</param>
internal abstract class MachineKind(string name)
{
    /// <summary>The machine's canonical name.</summary>
    public string Name { get; } = name;

    /// <summary>Any PC.</summary>
    public virtual bool IsPc => false;

    /// <summary>The PC with PCI Express.</summary>
    public virtual bool IsQ35 => false;

    /// <summary>The conventional PC.</summary>
    public virtual bool IsI440fx => false;

    /// <summary>The architecture-neutral machine of ARM or RISC-V.</summary>
    public virtual bool IsVirt => false;

    /// <summary>The model of the root of PCI that the board has; null where it has none.</summary>
    public virtual string? PciRoot => null;

    /// <summary>Whether the board has PCI, but no root that libvirt knows of.</summary>
    public virtual bool HasUnknownPci => false;

    /// <summary>Whether further PCI roots are made when the first has no slot left, as on POWER.</summary>
    public virtual bool HasHostBridges => false;

    /// <summary>Whether the board has an IDE controller.</summary>
    public virtual bool HasIde => false;

    /// <summary>Whether a domain that says nothing of USB has a controller.</summary>
    public virtual bool HasUsb => false;

    /// <summary>Whether a domain that says nothing of a memory balloon has one.</summary>
    public virtual bool HasBalloon => false;

    /// <summary>The model of USB controllers that name none.</summary>
    public virtual string UsbModel => "piix3-uhci";

    /// <summary>The model of the USB controller of a domain that says nothing of USB.</summary>
    public virtual string BoardUsbModel => UsbModel;

    /// <summary>The model of SCSI controllers that name none.</summary>
    public virtual string ScsiModel => "lsilogic";

    /// <summary>The model of network cards that name none.</summary>
    public virtual string CardModel => "rtl8139";

    /// <summary>The type of graphics cards that name none.</summary>
    public virtual VideoType Video => VideoType.Cirrus;

    /// <summary>Whether the first virtio graphics card is one with VGA.</summary>
    public virtual bool HasVirtioVga => false;

    /// <summary>What a serial port is that says nothing; null where the board has what libvirt has no name for.</summary>
    public virtual CharTargetType? Serial => null;

    /// <summary>The model of the board's own serial ports; null where libvirt knows of none.</summary>
    public virtual CharTargetModel? BoardSerial => null;

    /// <summary>The bus of keyboards, mice and tablets that name none.</summary>
    public virtual InputBus InputBus => InputBus.Usb;

    /// <summary>The bus of the keyboard and mouse that every display brings; null where it brings none.</summary>
    public virtual InputBus? DisplayInputs => null;

    /// <summary>The panic device that every domain has; null where there is none.</summary>
    public virtual PanicModel? Panic => null;

    /// <summary>The model of TPMs that name none.</summary>
    public virtual TpmModel Tpm => TpmModel.Tis;

    /// <summary>What the size of the memory is a multiple of, in bytes.</summary>
    public virtual ulong MemoryGrain => 1 << 20;

    /// <summary>QEMU's name of the first PCI bus where it has a conventional root.</summary>
    public virtual string PciBus => "pci.0";

    /// <summary>Whether the board's own USB has to be asked for where no controller is.</summary>
    public virtual bool HasOptionalUsb => false;

    /// <summary>Where virtio devices are plugged in.</summary>
    public virtual VirtioBus VirtioBus => VirtioBus.Pci;

    /// <summary>The machine of a document.</summary>
    public static MachineKind Of(OsType type) => Of(type.Arch, type.Machine!);

    /// <inheritdoc cref="Of(OsType)"/>
    public static MachineKind Of(string? architecture, string machine) => architecture switch
    {
        null or "x86_64" or "i686" => new PcMachine(machine),
        "aarch64" or "armv7l" or "armv6l" => new ArmMachine(architecture, machine),
        "ppc64" or "ppc64le" or "ppc" => new PowerMachine(architecture, machine),
        "s390x" => new Mainframe(machine),
        "riscv64" or "riscv32" => new RiscvMachine(machine),
        _ => new UnknownMachine(machine),
    };

    /// <summary>Whether the name is one of the family's: <c>virt</c> and <c>virt-7.2</c>.</summary>
    protected bool IsOf(string family) => Name == family || (Name.StartsWith(family, StringComparison.Ordinal) && Name[family.Length] == '-');
}
