using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>What the host offers a domain that does not say.</summary>
/// <param name="Emulator">QEMU's path.</param>
/// <param name="DefaultMachine">The machine of a document that names none; canonical.</param>
/// <param name="Aliases">Machine aliases (<c>q35</c>) and what they stand for (<c>pc-q35-7.2</c>).</param>
internal sealed record DefaultsContext(string Emulator, string DefaultMachine, IReadOnlyDictionary<string, string> Aliases)
{
    /// <summary>Where UEFI guests keep their variables when they do not say.</summary>
    public string NvramDirectory { get; init; } = "/var/lib/libvirt/qemu/nvram";

    /// <summary>Whether the domain is defined, and not one that was saved: its hardware must be as it was, so that it is given no USB ports.</summary>
    public bool IsNew { get; init; } = true;

    /// <summary>Whether the document is a running guest's, which has the buses that it was started with.</summary>
    public bool IsLive { get; init; }

    /// <summary>What QEMU emulates. A 32-bit guest may run in the 64-bit one.</summary>
    public string Architecture { get; init; } = "x86_64";

    /// <summary>The CPU that a machine has when nothing is said; null when QEMU does not tell.</summary>
    public Func<string, string?> CpuOf { get; init; } = static _ => "qemu64";

    /// <summary>How many CPUs a machine can have; null when QEMU does not tell.</summary>
    public Func<string, int?> MostCpus { get; init; } = static _ => null;

    /// <summary>Whether QEMU has a CPU with all that it can do.</summary>
    public bool HasMaximumCpu { get; init; } = true;

    /// <summary>Whether QEMU has a device.</summary>
    public Func<string, bool> HasDevice { get; init; } = static _ => true;

    /// <summary>How QEMU can keep a guest's memory from its host.</summary>
    public GuestEncryption Encryption { get; init; } = GuestEncryption.None;

    /// <summary>The machines that QEMU has, by their canonical names.</summary>
    public required IReadOnlySet<string> Machines { get; init; }
}

/// <summary>
/// Completes a domain document as libvirt's QEMU driver does when a domain is defined, so that one text makes the same machine under either.
/// A document that is complete comes back unchanged.
/// </summary>
internal static class DomainDefaults
{
    /// <summary>Fills in everything the document leaves open, and checks what cannot be.</summary>
    /// <param name="config">The document as parsed.</param>
    /// <param name="context">What the host offers.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR or VIR_ERR_CONFIG_UNSUPPORTED: the document contradicts itself or asks for what cannot be had.</exception>
    public static DomainConfig Apply(DomainConfig config, DefaultsContext context)
    {
        DomainChecks.Name(config.Name);
        var isMainframe = config.Os.Type?.Arch == "s390x";
        config = UnreadMembers.Drop(config with { Devices = ZpciAssignment.Read(config.Devices, isMainframe) });
        PlatformChecks.BeforeDefaults(config);
        if (context is { IsNew: true, IsLive: false })
        {
            config = config with { Os = FirmwareChecks.Apply(config.Os) };
        }

        DeviceChecks.BeforeDefaults(config.Devices, isMainframe);
        config = General(config, context);
        DomainChecks.BeforeDefaults(config);
        var machine = MachineKind.Of(config.Os.Type!);
        var draft = new DeviceDraft(config.Devices);
        draft.Emulator ??= context.Emulator;
        DiskDefaults.Sort(draft);
        DiskDefaults.Apply(draft);
        DiskLimitRules.Share(draft);
        DiskDriverDefaults.Apply(draft);
        ImpliedControllers.Sort(draft, machine);
        ImpliedControllers.AddOnBoard(draft, machine);
        ControllerChecks.BeforeAddresses(draft, machine);
        MachineChecks.BeforeAddresses(draft.ToConfig(), config.Cpu, machine);
        CharSourceDefaults.Apply(draft);
        CharacterDeviceDefaults.Apply(draft, machine);
        DisplayDefaults.Apply(draft, machine);
        SmallDeviceDefaults.Apply(draft, machine, config.Features);
        DiskDefaults.AssignDrives(draft);
        HostdevDefaults.Apply(draft);
        ImpliedControllers.AddForDevices(draft, machine);
        VirtioSerialAssignment.Apply(draft);
        if (context.IsNew)
        {
            UsbAssignment.Apply(draft, machine);
        }

        SpaprVioAssignment.Apply(draft, machine);
        VirtioAssignment.Apply(draft, machine);
        if (context.IsLive)
        {
            PciAssignment.ApplyLive(draft, machine);
        }
        else
        {
            PciAssignment.Apply(draft, machine);
        }

        ZpciAssignment.Apply(draft, machine);
        CharacterDeviceDefaults.ShareAddress(draft);
        config = MemorySlots.Assign(config with { Devices = draft.ToConfig() });
        DomainChecks.AfterDefaults(config, machine, context);
        return config;
    }

    private static DomainConfig General(DomainConfig config, DefaultsContext context)
    {
        var machine = config.Os.Type?.Machine is { Length: > 0 } named ? named : context.DefaultMachine;
        if (context.Aliases.TryGetValue(machine, out var canonical))
        {
            machine = canonical;
        }

        var type = (config.Os.Type ?? new OsType()) with { Arch = config.Os.Type?.Arch ?? EmulatorTargets.HostArchitecture, Machine = machine, Kind = config.Os.Type?.Kind ?? "hvm" };
        var os = config.Os with { Type = type };
        if (os is { Loader: { Type: LoaderType.Pflash, Readonly: true, Path: not null, Stateless: not true }, Nvram: null or { Path: null, Source: null } })
        {
            os = os with { Nvram = (os.Nvram ?? new NvramConfig()) with { Path = Path.Combine(context.NvramDirectory, $"{config.Name}_VARS.{os.Nvram?.Format ?? "fd"}") } };
        }

        os = os.Loader is { Path: not null, Type: null } ? os with { Loader = os.Loader with { Type = LoaderType.Rom } } : os;
        var cpu = CpuDefaults.Apply(config.Cpu, config.Type, context.Architecture, context.CpuOf(machine), config.Vcpu?.Count ?? 1);
        return GeneralDefaults.Apply(config with { Os = os, Cpu = cpu, Features = MachineFeatures.Apply(config.Features, MachineKind.Of(type)) }, userAliases: true);
    }

    /// <summary>A new hardware address in QEMU's range.</summary>
    internal static string NewMac() => MacAddress.Random(NetworkCardDefaults.Vendor).ToString();
}
