using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults.Machines;

/// <summary>The platform's features that a machine has though nobody asked for them, and those that it cannot have.</summary>
internal static class MachineFeatures
{
    /// <summary>Fills in the interrupt controller of ARM's <c>virt</c>.</summary>
    public static FeaturesConfig? Apply(FeaturesConfig? features, MachineKind machine) => machine is ArmMachine { IsVirt: true } && features?.Gic?.Version is null
        ? (features ?? new FeaturesConfig()) with { Gic = new GicFeature { Version = GicVersion.V2 } }
        : features;

    /// <summary>The name of a feature that a machine does not have; null when it has all.</summary>
    public static string? Foreign(FeaturesConfig features, MachineKind machine) => features switch
    {
        { Gic: not null } when machine is not ArmMachine { IsVirt: true } => "gic",
        { Hpt: { Resizing: not null } or { MaxPageSize: not null } } when !machine.HasHostBridges => "hpt",
        { Htm: not null } when !machine.HasHostBridges => "htm",
        { NestedHv: not null } when !machine.HasHostBridges => "nested-hv",
        { CcfAssist: not null } when !machine.HasHostBridges => "ccf-assist",
        { Cfpc: not null } when !machine.HasHostBridges => "cfpc",
        { Sbbc: not null } when !machine.HasHostBridges => "sbbc",
        { Ibs: not null } when !machine.HasHostBridges => "ibs",
        _ => null,
    };
}
