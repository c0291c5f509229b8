using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>The capabilities that a container's processes have, by their names in capabilities(7).</summary>
[XmlRecord]
public sealed partial record ContainerCapabilities
{
    /// <summary>What holds for the capabilities that are not named.</summary>
    [XmlAttribute] public CapabilityPolicy? Policy { get; init; }

    [XmlElement("audit_control")] public StateFeature? AuditControl { get; init; }

    [XmlElement("audit_write")] public StateFeature? AuditWrite { get; init; }

    [XmlElement("block_suspend")] public StateFeature? BlockSuspend { get; init; }

    [XmlElement] public StateFeature? Chown { get; init; }

    [XmlElement("dac_override")] public StateFeature? DacOverride { get; init; }

    [XmlElement("dac_read_search")] public StateFeature? DacReadSearch { get; init; }

    [XmlElement] public StateFeature? Fowner { get; init; }

    [XmlElement] public StateFeature? Fsetid { get; init; }

    [XmlElement("ipc_lock")] public StateFeature? IpcLock { get; init; }

    [XmlElement("ipc_owner")] public StateFeature? IpcOwner { get; init; }

    [XmlElement] public StateFeature? Kill { get; init; }

    [XmlElement] public StateFeature? Lease { get; init; }

    [XmlElement("linux_immutable")] public StateFeature? LinuxImmutable { get; init; }

    [XmlElement("mac_admin")] public StateFeature? MacAdmin { get; init; }

    [XmlElement("mac_override")] public StateFeature? MacOverride { get; init; }

    [XmlElement] public StateFeature? Mknod { get; init; }

    [XmlElement("net_admin")] public StateFeature? NetAdmin { get; init; }

    [XmlElement("net_bind_service")] public StateFeature? NetBindService { get; init; }

    [XmlElement("net_broadcast")] public StateFeature? NetBroadcast { get; init; }

    [XmlElement("net_raw")] public StateFeature? NetRaw { get; init; }

    [XmlElement] public StateFeature? Setgid { get; init; }

    [XmlElement] public StateFeature? Setfcap { get; init; }

    [XmlElement] public StateFeature? Setpcap { get; init; }

    [XmlElement] public StateFeature? Setuid { get; init; }

    [XmlElement("sys_admin")] public StateFeature? SysAdmin { get; init; }

    [XmlElement("sys_boot")] public StateFeature? SysBoot { get; init; }

    [XmlElement("sys_chroot")] public StateFeature? SysChroot { get; init; }

    [XmlElement("sys_module")] public StateFeature? SysModule { get; init; }

    [XmlElement("sys_nice")] public StateFeature? SysNice { get; init; }

    [XmlElement("sys_pacct")] public StateFeature? SysPacct { get; init; }

    [XmlElement("sys_ptrace")] public StateFeature? SysPtrace { get; init; }

    [XmlElement("sys_rawio")] public StateFeature? SysRawio { get; init; }

    [XmlElement("sys_resource")] public StateFeature? SysResource { get; init; }

    [XmlElement("sys_time")] public StateFeature? SysTime { get; init; }

    [XmlElement("sys_tty_config")] public StateFeature? SysTtyConfig { get; init; }

    [XmlElement] public StateFeature? Syslog { get; init; }

    [XmlElement("wake_alarm")] public StateFeature? WakeAlarm { get; init; }
}

/// <summary>What holds for capabilities that are not named.</summary>
[XmlEnum]
public enum CapabilityPolicy
{
    Default, Allow, Deny,
}
