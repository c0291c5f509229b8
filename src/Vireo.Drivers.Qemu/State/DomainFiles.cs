using System.Text;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.State;

/// <summary>Where domains lie on disk: definitions, autostart links, live states. Each write is atomic.</summary>
internal sealed class DomainFiles(VireoPaths paths) : IDisposable
{
    private const int LargestDocument = 16 << 20;
    private readonly ReadyFile _nextDefinition = new(paths.QemuDefinitions);

    /// <summary>Leaves nothing ready for the next definition.</summary>
    public void Dispose() => _nextDefinition.Dispose();

    /// <summary>The file of a definition.</summary>
    public string Definition(string name) => Path.Combine(paths.QemuDefinitions, name + ".xml");

    /// <summary>The link of a domain that starts with the host.</summary>
    public string AutostartLink(string name) => Path.Combine(paths.QemuAutostart, name + ".xml");

    /// <summary>The link of a domain that starts with the host the next time, and not again.</summary>
    public string AutostartOnceLink(string name) => AutostartLink(name) + ".once";

    /// <summary>The file of a live state.</summary>
    public string Status(string name) => Path.Combine(paths.QemuRun, name + ".xml");

    /// <summary>The file of a managed save image.</summary>
    public string ManagedSave(string name) => Path.Combine(paths.QemuSave, name + ".save");

    /// <summary>The text of a definition's file.</summary>
    public static string DefinitionText(DomainConfig config) => (config with { Id = null }).ToXml();

    /// <summary>The live state, as its file is to say it.</summary>
    public static StatusDocument LiveState(DomainView view, QemuProcess process) => LiveState(view, process, process.Ahead is { } ahead ? ahead(view.Live ?? process.Live) : view.Live ?? process.Live, process.Disks);

    /// <summary>The live state with another document.</summary>
    public static StatusDocument LiveState(DomainView view, QemuProcess process, DomainConfig live, LiveDisks disks) =>
        new(live, process.Id, view.State, view.Reason, process.Host.Identity, process.MonitorPath, disks.LastNumber) { Jobs = disks.Jobs, Backup = disks.Backup, AgentTimeout = view.AgentTimeout, Deferred = [.. process.Deferred], AskedCpu = process.AskedCpu, Transfer = process.Transfer };

    /// <summary>Writes a definition.</summary>
    public Task SaveDefinitionAsync(DomainConfig config, CancellationToken cancellationToken) =>
        AtomicFile.WriteAllAsync([new FileWrite(Definition(config.Name!), Encoding.UTF8.GetBytes(DefinitionText(config))) { Ready = _nextDefinition }], cancellationToken: cancellationToken);

    /// <summary>Removes a definition and its autostart link.</summary>
    public async Task RemoveDefinitionAsync(string name, CancellationToken cancellationToken)
    {
        await AtomicFile.RemoveAsync(AutostartLink(name), cancellationToken: cancellationToken).ConfigureAwait(false);
        await AtomicFile.RemoveAsync(AutostartOnceLink(name), cancellationToken: cancellationToken).ConfigureAwait(false);
        await AtomicFile.RemoveAsync(Definition(name), cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a live state. It need not survive the host, so nothing is flushed.</summary>
    public Task SaveStatusAsync(string name, StatusDocument status) => AtomicFile.WriteTextAsync(Status(name), status.ToXml(), durable: false);

    /// <summary>Removes a live state.</summary>
    public Task RemoveStatusAsync(string name) => AtomicFile.RemoveAsync(Status(name), durable: false);

    /// <summary>Forgets the snapshots of a domain, or its checkpoints; their data stay.</summary>
    public void RemoveMoments(string name, bool snapshots, bool checkpoints)
    {
        foreach (var (directory, wanted) in new[] { (paths.QemuSnapshots, snapshots), (paths.QemuCheckpoints, checkpoints) })
        {
            var path = Path.Combine(directory, name);
            if (wanted && Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }

    /// <summary>Makes or removes the link of a domain that starts with the host.</summary>
    public Task SetAutostartAsync(string name, bool on, CancellationToken cancellationToken) => LinkAsync(AutostartLink(name), name, on, cancellationToken);

    /// <summary>Makes or removes the link of a domain that starts with the host the next time, and not again.</summary>
    public Task SetAutostartOnceAsync(string name, bool on, CancellationToken cancellationToken) => LinkAsync(AutostartOnceLink(name), name, on, cancellationToken);

    private async Task LinkAsync(string link, string name, bool on, CancellationToken cancellationToken)
    {
        await AtomicFile.RemoveAsync(link, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (on)
        {
            try
            {
                File.CreateSymbolicLink(link, Definition(name));
            }
            catch (IOException e)
            {
                throw VireoException.System(ErrorDomain.Qemu, e.HResult & 0xffff, $"Failed to create symlink '{link}' to '{Definition(name)}': {e.Message}", e);
            }

            AtomicFile.FlushDirectory(paths.QemuAutostart);
        }
    }

    /// <summary>Notes that the domains were started with the host; false when that was noted before. The run directory does not outlive the host's run.</summary>
    public bool MarkAutostarted()
    {
        var mark = Path.Combine(paths.QemuRun, "autostarted");
        if (File.Exists(mark))
        {
            return false;
        }

        using (File.Create(mark))
        {
            return true;
        }
    }

    /// <summary>Reads all definitions. One that cannot be read is told to <paramref name="report"/> and left out.</summary>
    public IEnumerable<(DomainConfig Config, bool Autostart, bool HasManagedSave)> ReadDefinitions(Action<string, Exception> report)
    {
        foreach (var path in Directory.EnumerateFiles(paths.QemuDefinitions, "*.xml").Order(StringComparer.Ordinal))
        {
            if (ReadDefinition(path, report) is { } read)
            {
                yield return read;
            }
        }
    }

    /// <summary>Reads a definition with its links; null where its file is none.</summary>
    public (DomainConfig Config, bool Autostart, bool HasManagedSave)? ReadDefinition(string path, Action<string, Exception> report)
    {
        if (Read(path, DomainConfig.Parse, report) is not { } config)
        {
            return null;
        }

        if (config.Name is { } name && Path.GetFileNameWithoutExtension(path) == name && config.Uuid is not null)
        {
            return (config, File.Exists(AutostartLink(name)), File.Exists(ManagedSave(name)));
        }

        report(path, VireoException.Internal(ErrorDomain.Qemu, $"the file's name does not match the domain's name '{config.Name}', or the domain has no uuid"));
        return null;
    }

    /// <summary>Reads all live states.</summary>
    public IEnumerable<(string Path, StatusDocument Status)> ReadStatuses(Action<string, Exception> report)
    {
        foreach (var path in Directory.EnumerateFiles(paths.QemuRun, "*.xml").Order(StringComparer.Ordinal))
        {
            if (Read(path, text => StatusDocument.Parse(text, path), report) is { } status)
            {
                yield return (path, status);
            }
        }
    }

    private static T? Read<T>(string path, Func<string, T> parse, Action<string, Exception> report)
        where T : class
    {
        try
        {
            return new FileInfo(path).Length <= LargestDocument
                ? parse(File.ReadAllText(path, Encoding.UTF8))
                : throw VireoException.Internal(ErrorDomain.Qemu, $"it is larger than {LargestDocument} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or VireoException)
        {
            report(path, e);
            return null;
        }
    }
}
