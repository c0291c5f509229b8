using System.Runtime.CompilerServices;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults.Machines;

/// <summary>Refuses devices that a machine, or its QEMU, does not have, with libvirt's codes and messages.</summary>
internal static class MachineChecks
{
    private static readonly (string Model, string Device, string Name)[] s_scsiControllers =
    [
        ("lsilogic", "lsi53c895a", "LSI 53C895A SCSI"), ("lsisas1068", "mptsas1068", "LSI SAS1068 (MPT Fusion)"), ("lsisas1078", "megasas", "LSI SAS1078 (MegaRAID)"),
    ];

    /// <summary>What must hold before addresses are given out.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void BeforeAddresses(DevicesConfig devices, CpuConfig? cpu, MachineKind machine)
    {
        foreach (var device in devices.All())
        {
            Require(device.Address is not CcwAddress || machine.VirtioBus == VirtioBus.Ccw, $"cannot use CCW address type for device '{device.Alias ?? "<null>"}' using machine type '{machine.Name}'");
        }

        var cells = cpu?.Numa?.Cells.Count ?? 0;
        foreach (var root in devices.Controllers.Where(c => c is { Type: ControllerType.Pci, Target.Node: { } node } && node >= cells))
        {
            throw new VireoException(
                ErrorCode.XmlError, ErrorDomain.Domain, $"{root.Model} with index {root.Index} is configured for a NUMA node ({root.Target!.Node}) not present in the domain's <cpu><numa> array ({cells})");
        }

        foreach (var root in devices.Controllers.Where(c => c is { Type: ControllerType.Pci, Index: > 0, Model: "pci-root" or "pcie-root" }))
        {
            if (!machine.HasHostBridges || root.Model == "pcie-root")
            {
                throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "pci-root and pcie-root controllers should have index 0");
            }
        }
    }

    /// <summary>What must hold of the devices of a finished document.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void AfterDefaults(DomainConfig config, MachineKind machine, DefaultsContext context)
    {
        var devices = config.Devices;
        Require(config.Features?.Vmport is null || machine.IsPc, "vmport is not available with this QEMU binary");
        if (machine is PowerMachine { HasHostBridges: true } && config.Cpu?.Topology?.Threads is { } threads && config.Vcpu is { } vcpu && (vcpu.Count % threads != 0 || vcpu.Current % threads > 0))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"vCPUs count must be a multiple of the vCPU hotplug granularity ({threads})");
        }

        Require(context.MostCpus(machine.Name) is not { } most || config.Vcpu?.Count is not { } count || count <= most, $"Maximum CPUs greater than specified machine type limit {context.MostCpus(machine.Name)}");
        Require(devices.Redirdevs.IsEmpty || context.HasDevice("usb-redir"), "USB redirection is not supported by this version of QEMU");
        Require(config.Features?.Vmcoreinfo is null || context.HasDevice("vmcoreinfo"), "vmcoreinfo is not available with this QEMU binary");
        Require(config.Genid is null || context.HasDevice("vmgenid"), "this QEMU does not support the 'genid' capability");
        Require(config.Pm?.SuspendToMem is null || HasAcpi(context), "setting ACPI S3 not supported");
        Require(config.Pm?.SuspendToDisk is null || HasAcpi(context), "setting ACPI S4 not supported");
        Require(config.Cpu?.Mode != CpuMode.Maximum || context.HasMaximumCpu, "maximum CPU is not supported by QEMU binary");
        Require(config.Clock?.Timers.Any(t => t.Name == TimerName.Armvtimer) != true || (machine is ArmMachine { IsVirt: true } && config.Type == DomainType.Kvm),
            $"Configuring the 'armvtimer' timer is not supported for virtType={config.Type?.ToXmlName()} arch={config.Os.Type!.Arch} machine={machine.Name} guests");
        Require(config.Features?.Hyperv is null || machine.IsPc || machine is ArmMachine { IsVirt: true }, $"Hyperv features are not supported for architecture '{config.Os.Type!.Arch}' or machine type '{machine.Name}'");
        Require(devices.Nvram is null || machine is PowerMachine { HasHostBridges: true }, "nvram device is only supported for PPC64");
        Require(devices.Parallels.IsEmpty || machine is not Mainframe and not PowerMachine { HasHostBridges: true }, "parallel ports are not supported");
        Require(devices.Watchdogs.All(w => w.Model != WatchdogModel.Diag288) || machine is Mainframe, "diag288 model of watchdog is allowed for s390 and s390x only");
        Require(config.Features?.Ps2?.State is null || machine.IsPc, $"ps2 feature state cannot be controlled with machine type '{machine.Name}'");
        Require(config.Features?.Ps2?.State != false || devices.Inputs.All(i => i.Bus != InputBus.Ps2), "ps2 input devices need the ps2 feature, which is off");
        Require(devices.Inputs.All(i => i.Bus != InputBus.Ps2) || context.HasDevice("i8042"), "ps2 is not supported by this QEMU binary");
        Require(devices.Hostdevs.All(h => h.Model != HostdevModel.VfioCcw) || context.HasDevice("vfio-ccw"), "VFIO CCW device assignment is not supported by this version of QEMU");
        Require(devices.Hostdevs.All(h => h.Model != HostdevModel.VfioAp) || context.HasDevice("vfio-ap"), "VFIO AP device assignment is not supported by this version of QEMU");
        Require(devices.Memories.All(m => m.Model != MemoryModel.Dimm) || context.HasDevice("pc-dimm"), "memory hotplug isn't supported by this QEMU binary");
        Require(devices.Memories.All(m => m.Model != MemoryModel.Nvdimm) || context.HasDevice("nvdimm"), "nvdimm isn't supported by this QEMU binary");
        foreach (var disk in devices.Disks.Where(d => d.Target!.Bus == DiskBus.Virtio))
        {
            Require(disk.Address is not SpaprVioAddress || machine.PciRoot is null, "virtio disk cannot have an address of type 'spapr-vio'");
            Require(disk.Address is not VirtioMmioAddress || machine is not PowerMachine and not Mainframe, "virtio disk cannot have an address of type 'virtio-mmio'");
        }

        foreach (var panic in devices.Panics)
        {
            Panic(panic.Model, machine, context);
        }

        foreach (var target in devices.Serials.Select(s => s.Target!))
        {
            Serial(target, machine);
        }

        foreach (var console in devices.Consoles.Select(c => c.Target!.Type))
        {
            Require(console != CharTargetType.Sclp || machine is Mainframe, "sclpconsole is not supported in this QEMU binary");
            Require(console != CharTargetType.Sclplm || machine is Mainframe, "sclplmconsole is not supported in this QEMU binary");
        }

        foreach (var (model, device, name) in s_scsiControllers)
        {
            Require(context.HasDevice(device) || !devices.Controllers.Any(c => c.Type == ControllerType.Scsi && c.Model == model), $"This QEMU doesn't support the {name} controller");
        }

        Require(context.HasDevice("ich9-ahci") || !devices.Controllers.Any(c => c.Type == ControllerType.Sata), "SATA is not supported with this QEMU binary");
        foreach (var shmem in devices.Shmems.Select(s => s.Model!.Value.ToXmlName()))
        {
            Require(context.HasDevice(shmem), $"shmem model '{shmem}' is not supported by this QEMU binary");
        }

        foreach (var type in devices.Videos.Select(v => v.Model!.Type!.Value))
        {
            Require(Device(type) is not { } device || context.HasDevice(device), $"domain configuration does not support video model '{type.ToXmlName()}'");
        }
    }

    private static void Panic(PanicModel? model, MachineKind machine, DefaultsContext context)
    {
        Require(model != PanicModel.Isa || context.HasDevice("pvpanic"), "the QEMU binary does not support the ISA panic device");
        Require(model != PanicModel.Pseries || machine is PowerMachine { HasHostBridges: true }, "only pSeries guests support panic device of model 'pseries'");
        Require(model != PanicModel.Hyperv || machine.IsPc, "only i686 and x86_64 guests support panic device of model 'hyperv'");
        Require(model != PanicModel.S390 || machine is Mainframe, "only S390 guests support panic device of model 's390'");
    }

    private static void Serial(CharTarget target, MachineKind machine)
    {
        var fits = target switch
        {
            { Type: CharTargetType.SpaprVioSerial } => machine is PowerMachine { HasHostBridges: true },
            { Type: CharTargetType.SclpSerial } => machine is Mainframe,
            { Type: CharTargetType.SystemSerial, Model: CharTargetModel.Pl011 or CharTargetModel.V16550a } => target.Model == machine.BoardSerial,
            _ => true,
        };
        Require(fits, $"Serial device with target type '{target.Type?.ToXmlName()}' and target model '{target.Model?.ToXmlName()}' not compatible with guest architecture or machine type");
    }

    private static bool HasAcpi(DefaultsContext context) => context.HasDevice("PIIX4_PM") || context.HasDevice("ICH9-LPC");

    private static string? Device(VideoType type) => type switch
    {
        VideoType.Vga => "VGA",
        VideoType.Cirrus => "cirrus-vga",
        VideoType.Vmvga => "vmware-svga",
        VideoType.Qxl => "qxl",
        VideoType.Bochs => "bochs-display",
        VideoType.Ramfb => "ramfb",
        _ => null,
    };

    private static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref RefusalText refusal)
    {
        if (!holds)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, refusal.Take());
        }
    }

    private static void Require(bool holds, string refusal)
    {
        if (!holds)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, refusal);
        }
    }
}
