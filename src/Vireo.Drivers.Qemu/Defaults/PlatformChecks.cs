using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Refuses platforms that cannot be had, or that contradict themselves, with libvirt's codes and messages.</summary>
internal static class PlatformChecks
{
    private const uint NearestDistance = 10;
    private const uint FarthestDistance = 255;

    /// <summary>What must hold of a document as it was read.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_INTERNAL_ERROR.</exception>
    public static void BeforeDefaults(DomainConfig config)
    {
        var refusal = config switch
        {
            { Os.Type: null or { Kind: null or "" }, Bootloader: null or "" } => Xml("an os <type> must be specified"),
            { Vcpu: { Count: null } } => Xml("maximum vcpus count must be an integer"),
            _ when config.Vcpus.Any(v => v.Id is null) => Xml("Missing required attribute 'id' in element 'vcpu'"),
            { LaunchSecurity: { Type: LaunchSecurityType.Sev, Policy: null } } => Xml("failed to get launch security policy"),
            { Clock: { Offset: ClockOffset.Timezone, Timezone: null } } => VireoException.Internal(ErrorDomain.Domain, "missing 'timezone' attribute for clock with offset='timezone'"),
            { Clock: { Offset: ClockOffset.Absolute, Start: null } } => VireoException.Internal(ErrorDomain.Domain, "missing 'start' attribute for clock with offset='absolute'"),
            { Os.Loader: { Path: null or "" }, Os.Firmware: null } => new VireoException(ErrorCode.XmlDetail, ErrorDomain.Domain, "no loader path specified and firmware auto selection disabled"),
            _ => config.Cpu?.Numa is { } numa ? Distances(numa) : null,
        };
        Throw(refusal);
    }

    /// <summary>What must hold of the finished document.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR.</exception>
    public static void AfterDefaults(DomainConfig config, MachineKind machine, GuestEncryption encryption)
    {
        var refusal = config switch
        {
            { Bootloader.Length: > 0 } or { BootloaderArgs.Length: > 0 } => Unsupported("bootloader is not supported by QEMU"),
            { Os.Bios.Useserial: true } when config.Devices.Serials.IsEmpty => Xml("need at least one serial port to use BIOS serial output"),
            { MaxMemory: not null, Cpu: null or { Numa: null or { Cells.IsEmpty: true } } } when !machine.HasHostBridges => Unsupported("At least one numa node has to be configured when enabling memory hotplug"),
            _ when LaunchSecurityChecks.Refusal(config.LaunchSecurity, encryption) is { } encrypted => Unsupported(encrypted),
            _ when LifecycleRefusal(config) is { } action => Unsupported(action),
            _ when config.Features is { } features && MachineFeatures.Foreign(features, machine) is { } feature =>
                Unsupported($"The '{feature}' feature is not supported for architecture '{config.Os.Type!.Arch}' or machine type '{config.Os.Type.Machine}'"),
            _ => config.Cpu?.Numa is { } numa ? Cells(numa, config.Vcpu!.Count!.Value) : null,
        };
        Throw(refusal);
    }

    /// <summary>Refuses actions that QEMU's driver does not have.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Lifecycle(DomainConfig config) => Throw(LifecycleRefusal(config) is { } refusal ? Unsupported(refusal) : null);

    private static string? LifecycleRefusal(DomainConfig config) => config switch
    {
        { OnReboot: LifecycleAction.Preserve } or { OnPoweroff: LifecycleAction.Preserve } => "qemu driver doesn't support the 'preserve' action for 'on_reboot'/'on_poweroff'",
        { OnReboot: LifecycleAction.RenameRestart } or { OnPoweroff: LifecycleAction.RenameRestart } or { OnCrash: LifecycleAction.RenameRestart } =>
            "qemu driver doesn't support the 'rename-restart' action for 'on_reboot'/'on_poweroff'/'on_crash'",
        { OnReboot: LifecycleAction.Destroy, OnPoweroff: LifecycleAction.Restart } => "qemu driver doesn't support 'onReboot' set to 'destroy and 'onPoweroff' set to 'reboot'",
        _ => null,
    };

    private static VireoException? Cells(GuestNuma numa, uint vcpus)
    {
        var owner = new Dictionary<int, uint?>();
        foreach (var cell in numa.Cells.Where(c => c.Cpus is not null))
        {
            foreach (var id in NumberSet.Parse(cell.Cpus!))
            {
                if (!owner.TryAdd(id, cell.Id))
                {
                    return Unsupported($"NUMA cells {cell.Id} and {owner[id]} have overlapping vCPU ids");
                }
            }
        }

        return owner.Keys.Any(id => id >= vcpus) ? VireoException.Internal(ErrorDomain.Domain, "Number of CPUs in <numa> exceeds the <vcpu> count") : null;
    }

    private static VireoException? Distances(GuestNuma numa)
    {
        for (var i = 0; i < numa.Cells.Count; i++)
        {
            var id = numa.Cells[i].Id ?? (uint)i;
            foreach (var sibling in numa.Cells[i].Distances)
            {
                var refusal = sibling switch
                {
                    { Id: null } => "Missing required attribute 'id' in element 'sibling'",
                    { Id: var other } when other >= numa.Cells.Count => $"'sibling_id {other}' does not refer to a valid cell within NUMA 'cell id {id}'",
                    { Value: null } => "Missing required attribute 'value' in element 'sibling'",
                    { Value: < NearestDistance or > FarthestDistance } => Wrong(sibling, id),
                    { Value: not NearestDistance } when sibling.Id == id => Wrong(sibling, id),
                    { Value: NearestDistance } when sibling.Id != id => Wrong(sibling, id),
                    _ => null,
                };
                if (refusal is not null)
                {
                    return Xml(refusal);
                }
            }
        }

        return null;
    }

    private static string Wrong(NumaDistance sibling, uint cell) => $"'value {sibling.Value}' is invalid for 'sibling id {sibling.Id}' under NUMA 'cell id {cell}'";

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
