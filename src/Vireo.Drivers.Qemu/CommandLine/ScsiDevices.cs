using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>SCSI devices of this host.</summary>
internal static class ScsiDevices
{
    /// <summary>The device file through which a device takes commands.</summary>
    /// <param name="source">Its adapter and address.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is no such device; VIR_ERR_INTERNAL_ERROR: the adapter's name is none.</exception>
    public static string GenericOf(HostdevSource source)
    {
        var name = source.Adapter?.Name ?? "";
        if (!name.StartsWith("scsi_host", StringComparison.Ordinal) || !uint.TryParse(name.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out var host))
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"Cannot parse adapter '{name}'");
        }

        var folder = $"/sys/bus/scsi/devices/{host}:{source.Address?.Bus ?? "0"}:{source.Address?.Target ?? "0"}:{source.Address?.Unit ?? "0"}/scsi_generic";
        try
        {
            return Directory.EnumerateDirectories(folder).Select(d => "/dev/" + Path.GetFileName(d)).First();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw VireoException.System(ErrorDomain.Qemu, 2, $"cannot open directory '{folder}': No such file or directory", e);
        }
    }
}
