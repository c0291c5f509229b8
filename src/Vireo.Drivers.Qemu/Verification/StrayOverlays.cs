using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Snapshots;

namespace Vireo.Drivers.Qemu.Verification;

/// <summary>Files beside a domain's images that stand on them, or were made for its snapshots, and that nothing refers to. They are only told of.</summary>
/// <param name="survey">The images that the domain and its snapshots refer to.</param>
/// <param name="made">What snapshots have made.</param>
/// <param name="others">Images that other domains need.</param>
internal sealed class StrayOverlays(ImageSurvey survey, MadeImages made, IReadOnlyCollection<FileIdentity> others)
{
    private const int MostDirectories = 64;
    private const int MostFiles = 10_000;

    private readonly HashSet<FileIdentity> _known = [.. survey.Identities, .. others];

    /// <summary>Looks for them.</summary>
    public void Report(Findings findings)
    {
        var own = survey.Identities;
        foreach (var path in made.Forgotten.Where(p => FileIdentity.Of(p) is { } identity && _known.Add(identity)))
        {
            findings.Warning("a snapshot that is forgotten made this file, and nothing refers to it", Advice, file: path);
        }

        var found = Overlays(findings);
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var overlay in found.Where(o => own.Contains(o.Below)).ToList())
            {
                found.Remove(overlay);
                own.Add(overlay.Identity);
                grown = true;
                findings.Warning($"an overlay over '{overlay.Base}' that nothing refers to", Advice, file: overlay.Path);
            }
        }
    }

    private const string Advice = "if no domain elsewhere needs it, remove it";

    private List<(string Path, FileIdentity Identity, string Base, FileIdentity Below)> Overlays(Findings findings)
    {
        var overlays = new List<(string, FileIdentity, string, FileIdentity)>();
        var directories = survey.Images.Select(i => Path.GetDirectoryName(i.Path)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        foreach (var directory in directories.Skip(MostDirectories))
        {
            findings.Note("too many directories: not looked for stray overlays", directory);
        }

        foreach (var directory in directories.Take(MostDirectories).Where(Directory.Exists))
        {
            try
            {
                var files = Directory.EnumerateFiles(directory).Take(MostFiles + 1).ToList();
                overlays.AddRange(files.Take(MostFiles).Select(Overlay).OfType<(string, FileIdentity, string, FileIdentity)>());
                if (files.Count > MostFiles)
                {
                    findings.Note($"only {MostFiles} of its files were looked at for stray overlays", directory);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                findings.Note($"not looked for stray overlays: {e.Message}", directory);
            }
        }

        return overlays;
    }

    /// <summary>The file and what it stands on; null when it is no overlay, or known.</summary>
    private (string Path, FileIdentity Identity, string Base, FileIdentity Below)? Overlay(string path)
    {
        try
        {
            return FileStatus.TryOf(path) is { Kind: FileKind.Regular } status && !_known.Contains(status.Identity)
                && ImageProbe.Read(path).Qcow2?.BackingFile is { } name
                && BackingName.Resolve(name, new FileLocation(path), out _).LocalPath is { } below
                && FileIdentity.Of(below) is { } identity
                ? (path, status.Identity, below, identity)
                : null;
        }
        catch (VireoException)
        {
            // What cannot be read as an image is none of ours.
            return null;
        }
    }
}
