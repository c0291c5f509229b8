namespace Vireo.TestKit;

/// <summary>A temporary directory with a short path (socket paths are at most 107 bytes), removed with all it holds.</summary>
public sealed class ScratchDirectory : IDisposable
{
    /// <summary>Makes the directory.</summary>
    public ScratchDirectory(string prefix = "vt")
    {
        Path = Directory.CreateTempSubdirectory(prefix + "-").FullName;
        File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
    }

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Every file below it with its size, mode and content hash: equal before and after means byte-identical.</summary>
    public IReadOnlyDictionary<string, string> Fingerprint(Func<string, bool>? include = null) => DirectoryFingerprint.Of(Path, include);

    /// <inheritdoc/>
    public void Dispose()
    {
        OwnedProcesses.KillThoseNaming(Path);
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
