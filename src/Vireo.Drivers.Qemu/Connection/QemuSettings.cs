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

    /// <summary>The directory of the certificates that pull backups over TLS use (<c>backup_tls_x509_cert_dir</c>).</summary>
    public string BackupTlsDirectory { get; init; } = "/etc/pki/qemu";

    /// <summary>Whether those who pull a backup over TLS must show a certificate (<c>backup_tls_x509_verify</c>).</summary>
    public bool BackupTlsVerify { get; init; } = true;
}
