using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Security;
using Vireo.Host;
using Vireo.Host.Files;
using Vireo.Host.Processes;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>The virtiofsd processes that serve folders of the host to a guest, one for each folder. Each ends with its connection to QEMU.</summary>
internal static partial class FilesystemServers
{
    private static readonly string[] s_descriptions = ["/etc/qemu/vhost-user", "/usr/share/qemu/vhost-user"];

    /// <summary>Devices with the program that serves each folder; those that are served otherwise stay as they are.</summary>
    /// <param name="devices">The devices.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: there is no such program on this host.</exception>
    public static DevicesConfig Show(DevicesConfig devices) => devices with
    {
        Filesystems = devices.Filesystems.Map(folder => IsServed(folder) && folder.Binary?.Path is null
            ? folder with { Binary = (folder.Binary ?? new FilesystemBinary()) with { Path = Find() } }
            : folder),
    };

    /// <summary>Starts those of some devices.</summary>
    /// <param name="paths">Where everything lies.</param>
    /// <param name="domain">The domain's name.</param>
    /// <param name="devices">The devices, as <see cref="Show"/> tells of them.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="channels">The run's directory for sockets.</param>
    /// <param name="log">Told when one ends badly.</param>
    /// <remarks>Whoever clears the run away ends them, also when one cannot be started.</remarks>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: a program or a folder is not there; VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Start(VireoPaths paths, string domain, DevicesConfig devices, string directory, string channels, ILogger log)
    {
        foreach (var folder in devices.Filesystems.Where(IsServed))
        {
            Check(folder);
            var name = NameOf(folder.Alias!);
            using var listener = UnixSocket.Listen(SocketOf(folder.Alias!, channels), backlog: 1);
            GuestPlaces.Hand(SocketOf(folder.Alias!, channels));
            using var printed = HostFile.OpenLog(Path.Combine(paths.QemuLog, $"{domain}-{name}.log"));
            using var inherited = new InheritedFds();
            var arguments = Arguments(folder, inherited.Add(listener.SafeHandle));
            RunServants.Start(
                directory,
                name,
                new ProcessStart(folder.Binary!.Path!, arguments) { Inherited = inherited.Entries, WorkingDirectory = "/" }.PrintingTo(printed),
                (pid, status) => LogLost(log, domain, folder.Source!.Dir!, pid, status));
        }
    }

    /// <summary>Ends the one of a device that has gone.</summary>
    /// <param name="alias">The device.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="channels">The run's directory for sockets.</param>
    public static async Task EndAsync(string alias, string directory, string channels)
    {
        await RunServants.EndAsync(directory, NameOf(alias)).ConfigureAwait(false);
        File.Delete(SocketOf(alias, channels));
    }

    private static bool IsServed(FilesystemConfig folder) => folder is { Driver.Type: FilesystemDriverType.Virtiofs, Source.Socket: null };

    private static string NameOf(string alias) => alias + "-virtiofsd";

    private static string SocketOf(string alias, string channels) => Path.Combine(channels, alias + "-fs.sock");

    private static void Check(FilesystemConfig folder)
    {
        if (ProgramPath.Find(folder.Binary!.Path!) is null)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"virtiofsd binary '{folder.Binary.Path}' is not executable");
        }

        if (!Directory.Exists(folder.Source!.Dir))
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"the virtiofs export directory '{folder.Source.Dir}' does not exist");
        }
    }

    private static IReadOnlyList<string> Arguments(FilesystemConfig folder, int socket)
    {
        var binary = folder.Binary!;
        var options = new List<string> { $"source={folder.Source!.Dir!.Replace(",", ",,", StringComparison.Ordinal)}" };
        if (binary.Cache is { } cache and not FilesystemCache.Default)
        {
            options.Add($"cache={cache.ToXmlName()}");
        }

        if (binary.Sandbox is { } sandbox and not FilesystemSandbox.Default)
        {
            options.Add($"sandbox={sandbox.ToXmlName()}");
        }

        foreach (var (state, option) in new[] { (binary.Xattr, "xattr"), (binary.Lock?.Flock, "flock"), (binary.Lock?.Posix, "posix_lock") })
        {
            if (state is { } on)
            {
                options.Add(on ? option : "no_" + option);
            }
        }

        string[] pool = binary.ThreadPoolSize is { } size ? [string.Create(CultureInfo.InvariantCulture, $"--thread-pool-size={size}")] : [];
        return [string.Create(CultureInfo.InvariantCulture, $"--fd={socket}"), "-o", string.Join(',', options), .. pool];
    }

    // Packages describe it to QEMU's users; an administrator's description stands for the package's of the same name.
    private static string Find() =>
        s_descriptions.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Where(static path => path.EndsWith(".json", StringComparison.Ordinal))
            .DistinctBy(Path.GetFileName).OrderBy(Path.GetFileName, StringComparer.Ordinal).Select(Described).FirstOrDefault(static path => path is not null)
        ?? throw VireoException.OperationFailed(ErrorDomain.Qemu, "Unable to find a satisfying virtiofsd");

    private static string? Described(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.StrOrNull("type") == "fs" ? document.RootElement.StrOrNull("binary") : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // It describes nothing that could be used.
            return null;
        }
    }

    [LoggerMessage(71, LogLevel.Warning, "domain '{Name}': what serves its folder '{Folder}', process {Pid}, has gone ({Status})")]
    private static partial void LogLost(ILogger log, string name, string folder, int pid, ExitStatus status);
}
