namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>Whether this host's kernel encrypts guests. It may be told otherwise while the daemon runs; what QEMU can do then changes with it.</summary>
internal static class HostEncryption
{
    private const string Parameter = "/sys/module/kvm_amd/parameters/sev";
    private const string Device = "/dev/sev";

    /// <summary>Changes when SEV comes or goes.</summary>
    public static string Fingerprint => !IsOn(Parameter) ? "off" : File.Exists(Device) ? "on" : "on without device";

    internal static bool IsOn(string parameter)
    {
        try
        {
            return File.Exists(parameter) && File.ReadLines(parameter).FirstOrDefault()?.Trim() is "1" or "Y" or "y";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
