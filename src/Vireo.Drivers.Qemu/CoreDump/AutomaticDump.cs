using System.Globalization;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.CoreDump;

/// <summary>Dumps that nobody asks for at the moment: the domain's document says when.</summary>
internal static class AutomaticDump
{
    /// <summary>Writes one, of memory and registers alone, into the daemon's directory for them, under the domain's name and the time.</summary>
    /// <param name="domain">The domain, within its modifying job.</param>
    /// <param name="process">Its process.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="DomainDump.RunAsync"/>.</exception>
    public static async ValueTask RunAsync(QemuDomain domain, QemuProcess process, CancellationToken cancellationToken)
    {
        var directory = domain.Hypervisor.Paths.QemuDump;
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var name = string.Create(CultureInfo.InvariantCulture, $"{process.Id}-{domain.View.Name}-{DateTime.Now:yyyy-MM-dd-HH:mm:ss}");
        await new DomainDump(domain, process).RunAsync(
            new DumpRequest(Path.Combine(directory, name)) { MemoryOnly = true, Compression = domain.Hypervisor.Settings.DumpFormat },
            cancellationToken).ConfigureAwait(false);
    }
}
