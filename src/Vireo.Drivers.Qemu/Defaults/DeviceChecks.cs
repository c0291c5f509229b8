using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Refuses devices that cannot be had, or that say too little, with libvirt's codes and messages.</summary>
internal static class DeviceChecks
{
    private const uint FirstGuestCid = 3;
    private const int Certificates = 3;

    /// <summary>What must hold of a document as it was read.</summary>
    /// <param name="devices">Its devices.</param>
    /// <param name="isMainframe">Whether its machine is a mainframe.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR, VIR_ERR_NO_SOURCE.</exception>
    public static void BeforeDefaults(DevicesConfig devices, bool isMainframe)
    {
        devices.Visit(device => Throw(Address(device, isMainframe)));
        Each(devices.Leases, Lease);
        Each(devices.Controllers, Controller);
        foreach (var disk in devices.Disks)
        {
            NvmeChecks.RequirePlaces(disk);
            DiskChecks.RequireSecret(disk.Auth ?? disk.Source?.Auth);
            DiskChecks.RequireSecrets(disk.Encryption ?? disk.Source?.Encryption);
            DiskChecks.RequireHelper(disk.Source?.Reservations);
        }

        Each(devices.Filesystems, static f => f.Source is null ? new VireoException(ErrorCode.NoSource, ErrorDomain.Domain, f.Target) : null);
        Each(devices.Channels, static c => c.Target?.Type switch
        {
            null when c.Target is not null => Unsupported("unknown target type '(null)' specified for character device"),
            null => Xml("target type must be specified for channel device"),
            not (CharTargetType.Virtio or CharTargetType.Guestfwd or CharTargetType.Xen) => Unsupported($"unknown target type '{c.Target.Type.Value.ToXmlName()}' specified for character device"),
            _ => null,
        });
        Each(devices.Smartcards, static s => s.Mode == SmartcardMode.HostCertificates && s.Certificates.Count != Certificates ? Xml("host-certificates mode needs exactly three certificates") : null);
        Each(devices.Audios, Audio);
        Each(devices.Rngs, static r => r.Backend is { Model: RngBackendModel.Egd, Type: null } ? Xml("missing EGD backend type") : null);
        Each(devices.Serials, static c => Ends(c.Type, c.Sources));
        Each(devices.Parallels, static c => Ends(c.Type, c.Sources));
        Each(devices.Consoles, static c => Ends(c.Type, c.Sources));
        Each(devices.Channels, static c => Ends(c.Type, c.Sources));
        Each(devices.Redirdevs, static r => Ends(r.Type, r.Sources));
    }

    /// <summary>What must hold of the devices of a finished document.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR.</exception>
    public static void AfterDefaults(DomainConfig config, MachineKind machine)
    {
        var devices = config.Devices;
        Throw(Iommu(devices.Iommu, config, machine));
        Throw(devices.Vsock?.Cid?.Address < FirstGuestCid ? Unsupported("guest CIDs must be >= 3") : null);
        Throw(devices.Watchdogs.Count > 1 ? VireoException.Internal(ErrorDomain.Domain, "only a single watchdog device is supported") : null);
        Each(devices.Panics, panic => !ReferenceEquals(devices.Panics.Find(other => other.Model == panic.Model), panic) ? Xml($"Multiple panic devices with model '{panic.Model?.ToXmlName()}'") : null);
        Each(devices.Inputs, Input);
        Each(devices.Interfaces, InterfaceChecks.Refusal);
        Each(devices.Graphics, static g => g.Type is GraphicsType.Rdp or GraphicsType.Desktop ? Unsupported($"{g.Type.Value.ToXmlName()} graphics are not supported with this QEMU") : null);
        Each(devices.Videos, v => Video(v.Model!.Type, !ReferenceEquals(v, devices.Videos[0])));
        Each(devices.Audios, a => a.Type == AudioType.Spice && !devices.Graphics.Any(g => g.Type == GraphicsType.Spice) ? Unsupported("Spice audio is not supported without spice graphics") : null);
        Each(devices.Serials, static s => s is { Target.Type: CharTargetType.IsaSerial, Address: not (null or IsaAddress) } ? Unsupported("Target type 'isa-serial' requires address type 'isa'") : null);
        Each(devices.Disks, d => d.Driver?.Iothread is { } thread && !HasThread(config, thread) ? Unsupported($"Disk iothread '{thread}' not defined in iothreadid") : null);
        devices.Visit(static device => Throw(device is { AcpiIndex: not null, Address: not (null or PciAddress) } ? Unsupported("ACPI index is only supported for PCI devices") : null));
    }

    private static bool HasThread(DomainConfig config, uint thread) =>
        config.Iothreadids.IsEmpty ? thread >= 1 && thread <= (config.Iothreads ?? 0) : config.Iothreadids.Any(t => t.Id == thread);

    private static VireoException? Ends(CharType? type, ConfigList<CharSource> sources) => sources.Count > (type == CharType.Udp ? 2 : 1) ? Xml("only one source element is allowed for character device") : null;

    private static VireoException? Address(DeviceConfig device, bool isMainframe) => device.AcpiIndex is 0
        ? Xml("Invalid value for attribute 'index' in element 'acpi': Zero is not permitted")
        : device.Address switch
        {
            MdevAddress => Unsupported("unknown address type 'mdev'"),
            VirtioS390Address => Xml("virtio-s390 bus doesn't have an address"),
            DimmAddress { Slot: null } => Xml("Missing required attribute 'slot' in element 'address'"),
            UnassignedAddress when device is not HostdevConfig => Unsupported("address of type 'unassigned' is supported only for hostdevs"),
            PciAddress { Zpci: { Uid: not null } or { Fid: not null } } when !isMainframe => Unsupported("This QEMU binary doesn't support zPCI"),
            CcwAddress { Cssid: null, Ssid: null, Devno: null } => null,
            CcwAddress { Cssid: null } or CcwAddress { Ssid: null } or CcwAddress { Devno: null } => VireoException.Internal(ErrorDomain.Domain, "Invalid partial specification for virtio ccw address"),
            _ => null,
        };

    // libvirt has no words of its own for the first.
    private static VireoException? Lease(LeaseConfig lease) => lease switch
    {
        { Lockspace: null } => VireoException.Internal(ErrorDomain.Domain, "Missing 'lockspace' element for lease"),
        { Key: null } => Xml("Missing 'key' element for lease"),
        _ => null,
    };

    private static VireoException? Audio(AudioConfig audio)
    {
        var zero = audio.TimerPeriod is 0 ? ("timerPeriod", "audio") : Zero(audio.Input, "input") ?? Zero(audio.Output, "output");
        return zero is var (attribute, element) ? Xml($"Invalid value for attribute '{attribute}' in element '{element}': Zero is not permitted") : null;
    }

    private static (string Attribute, string Element)? Zero(AudioStream? stream, string element) => stream switch
    {
        { Voices: 0 } => ("voices", element),
        { BufferLength: 0 } => ("bufferLength", element),
        { BufferCount: 0 } => ("bufferCount", element),
        { Latency: 0 } => ("latency", element),
        _ => null,
    };

    private static VireoException? Controller(ControllerConfig controller)
    {
        var known = controller.Model is not { } model || (controller.Type switch
        {
            ControllerType.Scsi => model is "auto" or "buslogic" or "lsilogic" or "lsisas1068" or "vmpvscsi" or "ibmvscsi" or "virtio-scsi" or "lsisas1078" or "virtio-transitional" or "virtio-non-transitional"
                or "ncr53c90" or "dc390" or "am53c974",
            ControllerType.Usb => model is "piix3-uhci" or "piix4-uhci" or "ehci" or "ich9-ehci1" or "ich9-uhci1" or "ich9-uhci2" or "ich9-uhci3" or "vt82c686b-uhci" or "pci-ohci" or "nec-xhci" or "qusb1" or "qusb2"
                or "qemu-xhci" or "none",
            ControllerType.Pci => model is "pci-root" or "pcie-root" or "pci-bridge" or "dmi-to-pci-bridge" or "pcie-to-pci-bridge" or "pcie-root-port" or "pcie-switch-upstream-port" or "pcie-switch-downstream-port"
                or "pci-expander-bus" or "pcie-expander-bus",
            ControllerType.VirtioSerial => model is "virtio" or "virtio-transitional" or "virtio-non-transitional",
            null or ControllerType.Ide => model is "piix3" or "piix4" or "ich6",
            _ => false,
        });
        return !known ? Unsupported($"Unknown model type '{controller.Model}'")
            : controller is { Driver.Queues: not null, Model: not ("virtio-scsi" or "virtio-transitional" or "virtio-non-transitional") } ? Unsupported("'queues' is only supported by virtio-scsi controller")
            : null;
    }

    private static VireoException? Iommu(IommuConfig? iommu, DomainConfig config, MachineKind machine) => iommu switch
    {
        null => null,
        { Model: IommuModel.Intel } when !machine.IsQ35 => Unsupported("IOMMU device: 'intel' is only supported with Q35 machines"),
        { Model: IommuModel.Smmuv3 } when machine is not ArmMachine { IsVirt: true } => Unsupported("IOMMU device: 'smmuv3' is only supported with ARM Virt machines"),
        { Model: IommuModel.Virtio } when !machine.IsQ35 && machine is not ArmMachine { IsVirt: true } => Unsupported("IOMMU device: 'virtio' is only supported with Q35 and ARM Virt machines"),
        { Model: IommuModel.Virtio } when config.Features?.Acpi != true => Unsupported("IOMMU device: 'virtio' requires ACPI"),
        { Model: IommuModel.Intel, Address: not null } => Xml("iommu model 'intel' can't have address"),
        { Driver.Intremap: true } when config.Features?.Ioapic?.Driver != IoapicDriver.Qemu => Unsupported("IOMMU interrupt remapping requires split I/O APIC (ioapic driver='qemu')"),
        _ => null,
    };

    private static VireoException? Input(InputConfig input) => input switch
    {
        { Model: { } model, Bus: not InputBus.Virtio } => Unsupported($"only bus 'virtio' is supported for input model '{model.ToXmlName()}'"),
        { Type: InputType.Passthrough or InputType.Tablet, Bus: InputBus.Ps2 } => VireoException.Internal(ErrorDomain.Domain, $"ps2 bus does not support {input.Type.Value.ToXmlName()} input device"),
        { Type: InputType.Evdev, Source: { Dev: null } } or { Type: InputType.Passthrough, Source: { Evdev: null } } => Xml("Missing evdev path for input device"),
        { Bus: InputBus.Xen or InputBus.Parallels } => Unsupported($"input bus type '{input.Bus.Value.ToXmlName()}' is not supported"),
        _ => null,
    };

    private static VireoException? Video(VideoType? type, bool secondary) => type switch
    {
        VideoType.Xen or VideoType.Vbox or VideoType.Parallels or VideoType.Gop => Unsupported($"domain configuration does not support video model '{type.Value.ToXmlName()}'"),
        VideoType.Vga or VideoType.Cirrus or VideoType.Vmvga or VideoType.Ramfb or VideoType.Bochs when secondary => Unsupported($"video type '{type.Value.ToXmlName()}' is only valid as primary video device"),
        _ => null,
    };

    /// <summary>What cannot be asked of a folder that another process serves.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Filesystems(DomainConfig config)
    {
        var shared = config.MemoryBacking?.Access == MemoryAccess.Shared || config.Cpu?.Numa?.Cells.Any(c => c.MemAccess == MemoryAccess.Shared) == true;
        Each(config.Devices.Filesystems, folder => folder switch
        {
            not { Driver.Type: FilesystemDriverType.Virtiofs, Source.Socket: null } => null,
            { Readonly: true } => Unsupported("virtiofs does not yet support read-only mode"),
            _ when !shared => Unsupported("'virtiofs' requires shared memory"),
            { Accessmode: not (null or FilesystemAccess.Passthrough) } => Unsupported("virtiofs only supports passthrough accessmode"),
            { Driver.Wrpolicy: not null } => Unsupported("virtiofs does not support wrpolicy"),
            _ => null,
        });
    }

    private static void Each<T>(ConfigList<T> devices, Func<T, VireoException?> refusal)
    {
        foreach (var device in devices)
        {
            Throw(refusal(device));
        }
    }

    private static void Throw(VireoException? refusal)
    {
        if (refusal is not null)
        {
            throw refusal;
        }
    }

    private static VireoException Xml(string detail) => new(ErrorCode.XmlError, ErrorDomain.Domain, detail);

    private static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.Domain, detail);
}
