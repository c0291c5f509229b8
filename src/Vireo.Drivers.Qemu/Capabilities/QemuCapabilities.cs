using System.Collections.Frozen;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>What one QEMU binary can do on this host. Never changes; a changed binary has another.</summary>
internal sealed record QemuCapabilities
{
    /// <summary>The binary.</summary>
    public required string Emulator { get; init; }

    /// <summary>Major, minor and micro.</summary>
    public required Version Version { get; init; }

    /// <summary>The packager's addition to the version, often empty.</summary>
    public required string Package { get; init; }

    /// <summary>libvirt's name of the architecture it emulates: <c>x86_64</c>, <c>i686</c>, <c>aarch64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>KVM can be used by it.</summary>
    public required bool Kvm { get; init; }

    /// <summary>Its machine types in QEMU's order, but the default first.</summary>
    public required IReadOnlyList<QemuMachine> Machines { get; init; }

    /// <summary>Its CPU models when it emulates CPUs itself.</summary>
    public required IReadOnlyList<QemuCpuModel> TcgCpuModels { get; init; }

    /// <summary>Its CPU models with KVM; empty where KVM cannot be used.</summary>
    public required IReadOnlyList<QemuCpuModel> KvmCpuModels { get; init; }

    /// <summary>The type names of all its objects, devices among them: <c>virtio-blk-pci</c>.</summary>
    public required FrozenSet<string> Types { get; init; }

    /// <summary>Its monitor commands.</summary>
    public required FrozenSet<string> Commands { get; init; }

    /// <summary>Its command line options with their parameters, as <c>option</c> and <c>option.parameter</c>.</summary>
    public required FrozenSet<string> Options { get; init; }

    /// <summary>The TPM devices it knows: <c>tpm-tis</c>.</summary>
    public required IReadOnlyList<string> TpmModels { get; init; }

    /// <summary>The TPM backends it knows: <c>passthrough</c>, <c>emulator</c>.</summary>
    public required IReadOnlyList<string> TpmTypes { get; init; }

    /// <summary>What its monitor's schema tells.</summary>
    public required FrozenSet<QemuFeature> Features { get; init; }

    /// <summary>The best CPU when it emulates CPUs itself; null when it does not tell.</summary>
    public required QemuHostCpu? TcgHostCpu { get; init; }

    /// <summary>The best CPU with KVM; null where KVM cannot be used.</summary>
    public required QemuHostCpu? KvmHostCpu { get; init; }

    /// <summary>What it says of SEV; null when it, or the host, cannot encrypt guests so.</summary>
    public required SevCapabilities? Sev { get; init; }

    /// <summary>Aliases of machines (<c>q35</c>) and what they stand for (<c>pc-q35-7.2</c>).</summary>
    public IReadOnlyDictionary<string, string> MachineAliases => field ??= Machines.Where(static machine => machine.Alias is not null).ToFrozenDictionary(static machine => machine.Alias!, static machine => machine.Name, StringComparer.Ordinal);

    /// <summary>The full names of its machines.</summary>
    public IReadOnlySet<string> MachineNames => field ??= Machines.Select(static machine => machine.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The version as one number, as libvirt gives it: 7002022 for 7.2.22.</summary>
    public uint VersionNumber => (uint)(Version.Major * 1_000_000 + Version.Minor * 1_000 + Version.Build);

    /// <summary>The machine taken where none is asked for.</summary>
    public QemuMachine? DefaultMachine => field ??= EmulatorTargets.PreferredMachine(Architecture) is { } preferred && FindMachine(preferred) is { } machine ? machine : Machines.FirstOrDefault(static machine => machine.IsDefault) ?? (Machines.Count > 0 ? Machines[0] : null);

    /// <summary>Whether it has a CPU with all that it can do.</summary>
    public bool HasMaximumCpu => TcgCpuModels.Any(static model => model.Name == "max");

    /// <summary>The model of CPU that a machine has where none is asked for; null where it is not told.</summary>
    /// <param name="machine">The machine's full name.</param>
    public string? DefaultCpu(string machine) => FindMachine(machine)?.DefaultCpu is { } type ? CpuNames.GetValueOrDefault(type) : null;

    /// <summary>The machine of a name or alias; null where there is none.</summary>
    public QemuMachine? FindMachine(string name) => MachinesByName.GetValueOrDefault(name);

    /// <summary>The CPU models with an accelerator.</summary>
    public IReadOnlyList<QemuCpuModel> CpuModels(bool kvm) => kvm ? KvmCpuModels : TcgCpuModels;

    /// <summary>The best CPU with an accelerator; null when it is not told.</summary>
    public QemuHostCpu? HostCpu(bool kvm) => kvm ? KvmHostCpu : TcgHostCpu;

    /// <summary>Whether there is a device (or any type) of that name.</summary>
    public bool HasDevice(string type) => Types.Contains(type);

    /// <summary>Whether there is a monitor command of that name.</summary>
    public bool HasCommand(string command) => Commands.Contains(command);

    /// <summary>Whether a command line option has a parameter.</summary>
    public bool HasOption(string option, string parameter) => Options.Contains($"{option}.{parameter}");

    /// <summary>Whether it has a feature.</summary>
    public bool Has(QemuFeature feature) => Features.Contains(feature);

    // Every document that is defined asks for these.
    private FrozenDictionary<string, QemuMachine> MachinesByName => field ??= FirstOf(Machines.Select(static machine => (machine.Name, machine)).Concat(Machines.Where(static machine => machine.Alias is not null).Select(static machine => (machine.Alias!, machine))));

    private FrozenDictionary<string, string> CpuNames => field ??= FirstOf(TcgCpuModels.Concat(KvmCpuModels).Select(static model => (model.Type, model.Name)));

    private static FrozenDictionary<string, T> FirstOf<T>(IEnumerable<(string Name, T What)> all)
    {
        var first = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, what) in all)
        {
            first.TryAdd(name, what);
        }

        return first.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
