using Vireo.Config;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>The device files of the host that a guest's devices stand on.</summary>
internal static class DeviceFiles
{
    private const int NoEntry = 2;

    /// <summary>Refuses devices whose files are not there.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Require(DevicesConfig devices)
    {
        foreach (var device in devices.Tpms.Where(tpm => tpm.Backend?.Type == TpmBackendType.Passthrough).Select(tpm => tpm.Backend!.DevicePath ?? "/dev/tpm0"))
        {
            if (!File.Exists(device))
            {
                throw VireoException.System(ErrorDomain.Qemu, NoEntry, $"Could not open TPM device {device}: No such file or directory");
            }
        }
    }
}
