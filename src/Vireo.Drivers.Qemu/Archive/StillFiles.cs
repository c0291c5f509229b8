using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>
/// Files that have to stand still while they are read. Nobody is known to write to them when the reading begins; a guest that is started meanwhile, or a program of the host, is noticed at its end.
/// </summary>
internal sealed class StillFiles
{
    private readonly Dictionary<string, FileFingerprint> _seen;

    /// <summary>Looks at them.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: one is missing.</exception>
    public StillFiles(IEnumerable<string> paths) => _seen = paths.ToDictionary(path => path, Look, StringComparer.Ordinal);

    /// <summary>Refuses what was read of them when one is another than it was.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: names the file.</exception>
    public void RequireUnchanged()
    {
        foreach (var (path, before) in _seen)
        {
            if (Look(path) != before)
            {
                throw VireoException.OperationFailed(ErrorDomain.Qemu, $"file '{path}' was written to while it was exported: export the domain again when nobody uses its images");
            }
        }
    }

    // Who may read a file, and by how many names, may change.
    private static FileFingerprint Look(string path) => FileFingerprint.Of(path) with { Changed = 0 };
}
