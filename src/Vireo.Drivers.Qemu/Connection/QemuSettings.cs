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
}
