using Vireo.Config;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>The device files of the host that a guest's devices stand on.</summary>
internal static class DeviceFiles
{
    private const int NoEntry = 2;

    /// <summary>Through which QEMU has the processor encrypt a guest.</summary>
    public const string Sev = "/dev/sev";

    /// <summary>Refuses devices whose files are not there.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Require(DomainConfig config)
    {
        if (config.LaunchSecurity?.Type == LaunchSecurityType.Sev && !File.Exists(Sev))
        {
            throw VireoException.System(ErrorDomain.Qemu, NoEntry, $"Path '{Sev}' is not accessible: No such file or directory");
        }

        foreach (var device in config.Devices.Tpms.Where(tpm => tpm.Backend?.Type == TpmBackendType.Passthrough).Select(tpm => tpm.Backend!.DevicePath ?? "/dev/tpm0"))
        {
            if (!File.Exists(device))
            {
                throw VireoException.System(ErrorDomain.Qemu, NoEntry, $"Could not open TPM device {device}: No such file or directory");
            }
        }
    }
}
