using Vireo.Config;
using Vireo.Cpu;
using Vireo.Drivers.Qemu.Defaults.Machines;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>The <c>domainCapabilities</c> document: what a domain may ask for with one emulator, machine and accelerator.</summary>
internal static class DomainCapabilitiesDocument
{
    private static readonly string[] s_yesNo = ["yes", "no"];

    /// <summary>Makes the document.</summary>
    /// <param name="qemu">The emulator.</param>
    /// <param name="architecture">The guest's architecture.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="kvm">With KVM; else QEMU's own emulation.</param>
    public static DomainCapabilitiesConfig Make(QemuCapabilities qemu, string architecture, QemuMachine machine, bool kvm) => new()
    {
        Path = qemu.Emulator,
        Domain = kvm ? "kvm" : "qemu",
        Machine = machine.Name,
        Arch = architecture,
        MaxVcpus = (uint)machine.MaxCpus,
        Iothreads = qemu.HasDevice("iothread"),
        Os = Os(architecture, machine.Name),
        Cpu = new() { Modes = CpuModes(qemu, kvm) },
        MemoryBacking = Supported(("sourceType", qemu.Has(QemuFeature.MemoryMemfd) ? ["file", "anonymous", "memfd"] : ["file", "anonymous"])),
        Devices = Devices(qemu, MachineKind.Of(architecture, machine.Name)),
        Features = Features(qemu, MachineKind.Of(architecture, machine.Name)),
    };

    private static OsSupport Os(string architecture, string machine)
    {
        var firmware = FirmwareDescriptions.OfHost.Read().Where(one => one.IsFor(architecture, machine)).ToList();
        var images = firmware.Select(static one => one.Executable.Path).Where(File.Exists).Distinct().ToArray();
        return new()
        {
            Supported = true,
            Enums = [Values("firmware", [.. firmware.SelectMany(static one => one.Interfaces).Distinct().Order().Select(static kind => kind.ToXmlName())])],
            Loader = new()
            {
                Supported = true,
                Values = [.. images.Length > 0 ? images : FirmwareDescriptions.WellKnown],
                Enums =
                [
                    Values("type", ["rom", "pflash"]),
                    Values("readonly", s_yesNo),
                    Values("secure", firmware.Any(static one => one.Features.Contains("secure-boot") && one.Features.Contains("requires-smm")) ? s_yesNo : ["no"]),
                ],
            },
        };
    }

    private static ConfigList<CpuModeSupport> CpuModes(QemuCapabilities qemu, bool kvm)
    {
        return
        [
            kvm
                ? new CpuModeSupport { Name = "host-passthrough", Supported = true, Enums = [Values("hostPassthroughMigratable", ["on", "off"])] }
                : new CpuModeSupport { Name = "host-passthrough", Supported = false },
            !qemu.HasMaximumCpu
                ? new CpuModeSupport { Name = "maximum", Supported = false }
                : new CpuModeSupport { Name = "maximum", Supported = true, Enums = [Values("maximumMigratable", ["on", "off"])] },
            HostModels.Of(qemu, kvm)?.Reported is { } host
                ? new CpuModeSupport
                {
                    Name = "host-model",
                    Supported = true,
                    Models = [new SupportedCpuModel { Fallback = "forbid", Name = host.Model!.Name }],
                    Vendor = host.Vendor,
                    Features = host.Features,
                }
                : new CpuModeSupport { Name = "host-model", Supported = false },
            new CpuModeSupport { Name = "custom", Supported = qemu.CpuModels(kvm).Count > 0, Models = [.. CustomModels(qemu, kvm)] },
        ];
    }

    private static IEnumerable<SupportedCpuModel> CustomModels(QemuCapabilities qemu, bool kvm)
    {
        if (qemu.CpuModels(kvm).Count == 0)
            return [];
        var known = CpuArchitecture.Of(qemu.Architecture);
        return qemu.CpuModels(kvm).Where(model => known.Models.Count == 0 || (model.IsNamed && known.Models.Contains(model.Name))).Select(model => new SupportedCpuModel
        {
            Usable = model.Usable switch { true => "yes", false => "no", null => "unknown" },
            Deprecated = model.Deprecated ? "yes" : null,
            Vendor = known.VendorOf(model.Name) ?? "unknown",
            Name = model.Name,
        });
    }

    private static DevicesSupport Devices(QemuCapabilities qemu, MachineKind machine)
    {
        string[] virtioModels = ["virtio", "virtio-transitional", "virtio-non-transitional"];
        var spice = qemu.Options.Contains("spice");
        return new()
        {
            Disk = Supported(("diskDevice", Present(("disk", true), ("cdrom", true), ("floppy", !machine.HasHostBridges), ("lun", true))), ("bus", DiskBuses(qemu, machine)), ("model", virtioModels)),
            Graphics = Supported(("type", Present(
                ("sdl", qemu.Has(QemuFeature.DisplaySdl)),
                ("vnc", qemu.Options.Contains("vnc")),
                ("spice", spice),
                ("egl-headless", qemu.Has(QemuFeature.DisplayEglHeadless)),
                ("dbus", qemu.Has(QemuFeature.DisplayDbus))))),
            Video = Supported(("modelType", Present(
                ("vga", qemu.HasDevice("VGA")),
                ("cirrus", qemu.HasDevice("cirrus-vga")),
                ("vmvga", qemu.HasDevice("vmware-svga")),
                ("qxl", qemu.HasDevice("qxl")),
                ("virtio", qemu.HasDevice("virtio-gpu-pci")),
                ("none", true),
                ("bochs", qemu.HasDevice("bochs-display")),
                ("ramfb", qemu.HasDevice("ramfb"))))),
            Hostdev = Supported(
                ("mode", ["subsystem"]),
                ("startupPolicy", ["default", "mandatory", "requisite", "optional"]),
                ("subsysType", Present(("usb", qemu.HasDevice("usb-host")), ("pci", true), ("scsi", qemu.HasDevice("scsi-generic")))),
                ("capsType", []),
                ("pciBackend", Directory.Exists("/sys/kernel/iommu_groups") && Directory.EnumerateFileSystemEntries("/sys/kernel/iommu_groups").Any() && qemu.HasDevice("vfio-pci") ? ["default", "vfio"] : [])),
            Rng = qemu.HasDevice("virtio-rng-pci")
                ? Supported(("model", virtioModels), ("backendModel", Present(("random", qemu.HasDevice("rng-random")), ("egd", qemu.HasDevice("rng-egd")), ("builtin", qemu.HasDevice("rng-builtin")))))
                : new() { Supported = false },
            Filesystem = Supported(("driverType", Present(("path", qemu.HasDevice("virtio-9p-pci")), ("handle", qemu.HasDevice("virtio-9p-pci")), ("virtiofs", qemu.HasDevice("vhost-user-fs-device"))))),
            Tpm = Tpm(qemu),
            Redirdev = qemu.HasDevice("usb-redir") ? Supported(("bus", ["usb"])) : new() { Supported = false },
            Channel = Supported(("type", Present(("pty", true), ("unix", true), ("spicevmc", spice)))),
        };
    }

    private static string[] DiskBuses(QemuCapabilities qemu, MachineKind machine) => Present(
        ("ide", machine.HasIde),
        ("fdc", !machine.HasHostBridges),
        ("scsi", true),
        ("virtio", true),
        ("usb", qemu.HasDevice("usb-storage")),
        ("sata", qemu.HasDevice("ich9-ahci")));

    private static DeviceSupport Tpm(QemuCapabilities qemu)
    {
        var models = Present([.. new[] { "tpm-tis", "tpm-crb", "tpm-spapr", "spapr-tpm-proxy" }.Select(model => (model, qemu.TpmModels.Contains(model) || (model == "spapr-tpm-proxy" && qemu.HasDevice(model))))]);
        var backends = Present(("passthrough", qemu.TpmTypes.Contains("passthrough")), ("emulator", qemu.TpmTypes.Contains("emulator") && ProgramPath.Find("swtpm") is not null));
        return models.Length > 0 && backends.Length > 0 ? Supported(("model", models), ("backendModel", backends)) : new() { Supported = false };
    }

    private static FeaturesSupport Features(QemuCapabilities qemu, MachineKind machine) => new()
    {
        Gic = machine is ArmMachine { IsVirt: true } ? Supported(("version", ["2", "3"])) : new() { Supported = false },
        Vmcoreinfo = qemu.HasDevice("vmcoreinfo"),
        Genid = qemu.HasDevice("vmgenid"),
        BackingStoreInput = true,
        Backup = true,
        S390Pv = qemu.Architecture == "s390x" ? false : null,
        Sev = qemu.Sev?.Describe() ?? new() { Supported = false },
        Sgx = new() { Supported = false },
    };

    private static string[] Present(params (string Name, bool There)[] values) => [.. values.Where(static value => value.There).Select(static value => value.Name)];

    private static DeviceSupport Supported(params (string Name, string[] Values)[] enums) =>
        new() { Supported = true, Enums = [.. enums.Select(static one => Values(one.Name, one.Values))] };

    private static SupportedValues Values(string name, string[] values) => new() { Name = name, Values = [.. values] };
}
