using Vireo.Drivers.Qemu.SavedState;

namespace Vireo.Drivers.Qemu;

/// <summary>What an operator sets for the guests of a host.</summary>
public sealed record QemuSettings
{
    /// <summary>A revert may replace a running hypervisor process without a flag that allows it.</summary>
    public bool RespawnAlways { get; init; }

    /// <summary>How saved domains are packed (<c>save_image_format</c>).</summary>
    public ImageCompression SaveFormat { get; init; }

    /// <summary>How core dumps are packed (<c>dump_image_format</c>).</summary>
    public ImageCompression DumpFormat { get; init; }

    /// <summary>How many bytes a domain's log may hold before they are moved aside (<c>domain_log_max_size</c>; virtlogd's <c>max_size</c>); 0 for any number.</summary>
    public long LogMaxSize { get; init; } = 2 << 20;

    /// <summary>How many older logs of a domain are kept (<c>domain_log_max_backups</c>; virtlogd's <c>max_backups</c>).</summary>
    public int LogMaxBackups { get; init; } = 3;

    /// <summary>The directory of the certificates that pull backups over TLS use (<c>backup_tls_x509_cert_dir</c>).</summary>
    public string BackupTlsDirectory { get; init; } = "/etc/pki/qemu";

    /// <summary>Whether those who pull a backup over TLS must show a certificate (<c>backup_tls_x509_verify</c>).</summary>
    public bool BackupTlsVerify { get; init; } = true;

    /// <summary>VNC displays speak TLS (<c>vnc_tls</c>).</summary>
    public bool VncTls { get; init; }

    /// <summary>The directory of the certificates that they use (<c>vnc_tls_x509_cert_dir</c>).</summary>
    public string VncTlsDirectory { get; init; } = "/etc/pki/qemu";

    /// <summary>Whether those who look must show a certificate (<c>vnc_tls_x509_verify</c>).</summary>
    public bool VncTlsVerify { get; init; }

    /// <summary>QEMU gives up, by seccomp, the system calls that it needs no more once it runs (<c>seccomp_sandbox</c>).</summary>
    public bool Sandbox { get; init; } = true;

    /// <summary>The user that guests run as (<c>user</c>); null for <c>libvirt-qemu</c> where the host has it, else root. A session's guests are its user's.</summary>
    public string? User { get; init; }

    /// <summary>The group that guests run as (<c>group</c>); null as for <see cref="User"/>.</summary>
    public string? Group { get; init; }

    /// <summary>The user that emulated TPMs run as (<c>swtpm_user</c>); null for <c>tss</c> where the host has it, else root. A session's are its user's.</summary>
    public string? TpmUser { get; init; }

    /// <summary>The group that emulated TPMs run as (<c>swtpm_group</c>); null as for <see cref="TpmUser"/>.</summary>
    public string? TpmGroup { get; init; }

    /// <summary>The program that makes persistent reservations of LUNs for guests (<c>pr_helper</c>).</summary>
    public string ReservationHelper { get; init; } = "/usr/bin/qemu-pr-helper";

    /// <summary>The models by which guests are confined (<c>security_driver</c>): <c>apparmor</c>, <c>dac</c>, <c>none</c>; null for whatever the host has.</summary>
    public IReadOnlyList<string>? SecurityModels { get; init; }

    /// <summary>A guest that says nothing of it is confined (<c>security_default_confined</c>).</summary>
    public bool ConfinesByDefault { get; init; } = true;

    /// <summary>A guest that is not to be confined is refused (<c>security_require_confined</c>).</summary>
    public bool RequiresConfinement { get; init; }

    /// <summary>A guest's files are given to that user while it runs (<c>dynamic_ownership</c>).</summary>
    public bool DynamicOwnership { get; init; } = true;

    /// <summary>They get their owners back afterwards (<c>remember_owner</c>); else they become root's.</summary>
    public bool RememberOwner { get; init; } = true;

    /// <summary>A guest sees no devices of the host but its own and those of <see cref="SharedDevices"/> (<c>namespaces</c> has <c>mount</c>).</summary>
    public bool OwnDevices { get; init; } = true;

    /// <summary>Devices that every guest may use (<c>cgroup_device_acl</c>).</summary>
    public IReadOnlyList<string> SharedDevices { get; init; } =
        ["/dev/null", "/dev/full", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/kvm", "/dev/userfaultfd"];

    /// <summary>An image that a guest writes to is kept from every other domain of the host (<c>lock_images</c>).</summary>
    public bool LockImages { get; init; } = true;
}
