using Vireo.Config;

namespace Vireo.Drivers.Lxc;

/// <summary>A container's capabilities by their names.</summary>
internal static class CapabilityNames
{
    private delegate ContainerCapabilities Change(ContainerCapabilities all, Func<StateFeature?, StateFeature?> change);

    private static readonly Dictionary<string, Change> s_all = new(StringComparer.Ordinal)
    {
        ["audit_control"] = (all, change) => all with { AuditControl = change(all.AuditControl) },
        ["audit_write"] = (all, change) => all with { AuditWrite = change(all.AuditWrite) },
        ["block_suspend"] = (all, change) => all with { BlockSuspend = change(all.BlockSuspend) },
        ["chown"] = (all, change) => all with { Chown = change(all.Chown) },
        ["dac_override"] = (all, change) => all with { DacOverride = change(all.DacOverride) },
        ["dac_read_search"] = (all, change) => all with { DacReadSearch = change(all.DacReadSearch) },
        ["fowner"] = (all, change) => all with { Fowner = change(all.Fowner) },
        ["fsetid"] = (all, change) => all with { Fsetid = change(all.Fsetid) },
        ["ipc_lock"] = (all, change) => all with { IpcLock = change(all.IpcLock) },
        ["ipc_owner"] = (all, change) => all with { IpcOwner = change(all.IpcOwner) },
        ["kill"] = (all, change) => all with { Kill = change(all.Kill) },
        ["lease"] = (all, change) => all with { Lease = change(all.Lease) },
        ["linux_immutable"] = (all, change) => all with { LinuxImmutable = change(all.LinuxImmutable) },
        ["mac_admin"] = (all, change) => all with { MacAdmin = change(all.MacAdmin) },
        ["mac_override"] = (all, change) => all with { MacOverride = change(all.MacOverride) },
        ["mknod"] = (all, change) => all with { Mknod = change(all.Mknod) },
        ["net_admin"] = (all, change) => all with { NetAdmin = change(all.NetAdmin) },
        ["net_bind_service"] = (all, change) => all with { NetBindService = change(all.NetBindService) },
        ["net_broadcast"] = (all, change) => all with { NetBroadcast = change(all.NetBroadcast) },
        ["net_raw"] = (all, change) => all with { NetRaw = change(all.NetRaw) },
        ["setgid"] = (all, change) => all with { Setgid = change(all.Setgid) },
        ["setfcap"] = (all, change) => all with { Setfcap = change(all.Setfcap) },
        ["setpcap"] = (all, change) => all with { Setpcap = change(all.Setpcap) },
        ["setuid"] = (all, change) => all with { Setuid = change(all.Setuid) },
        ["sys_admin"] = (all, change) => all with { SysAdmin = change(all.SysAdmin) },
        ["sys_boot"] = (all, change) => all with { SysBoot = change(all.SysBoot) },
        ["sys_chroot"] = (all, change) => all with { SysChroot = change(all.SysChroot) },
        ["sys_module"] = (all, change) => all with { SysModule = change(all.SysModule) },
        ["sys_nice"] = (all, change) => all with { SysNice = change(all.SysNice) },
        ["sys_pacct"] = (all, change) => all with { SysPacct = change(all.SysPacct) },
        ["sys_ptrace"] = (all, change) => all with { SysPtrace = change(all.SysPtrace) },
        ["sys_rawio"] = (all, change) => all with { SysRawio = change(all.SysRawio) },
        ["sys_resource"] = (all, change) => all with { SysResource = change(all.SysResource) },
        ["sys_time"] = (all, change) => all with { SysTime = change(all.SysTime) },
        ["sys_tty_config"] = (all, change) => all with { SysTtyConfig = change(all.SysTtyConfig) },
        ["syslog"] = (all, change) => all with { Syslog = change(all.Syslog) },
        ["wake_alarm"] = (all, change) => all with { WakeAlarm = change(all.WakeAlarm) },
    };

    /// <summary>Takes a capability away. A name that is none changes nothing.</summary>
    public static ContainerCapabilities Drop(ContainerCapabilities all, string name) =>
        s_all.TryGetValue(name, out var one) ? one(all, _ => new StateFeature { State = false }) : all;

    /// <summary>The capabilities with those on that are named without a state.</summary>
    public static ContainerCapabilities Complete(ContainerCapabilities all) =>
        s_all.Values.Aggregate(all, (changed, one) => one(changed, feature => feature is { State: null } ? feature with { State = true } : feature));
}
