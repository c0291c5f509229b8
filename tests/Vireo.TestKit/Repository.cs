namespace Vireo.TestKit;

/// <summary>Places in the working tree that the tests use.</summary>
public static class Repository
{
    /// <summary>The folder that holds Vireo.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The shared corpus of libvirt's published test documents, which lies beside the working tree where it is at hand; else null.</summary>
    public static string? Corpus { get; } = Find(System.IO.Path.Combine("shared", "corpus"));

    /// <summary>The shared tables of libvirt's functions, errors and commands, beside the working tree where they are at hand; else null.</summary>
    public static string? Facts { get; } = Find(System.IO.Path.Combine("shared", "facts"));

    /// <summary>A path below the root.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>
    /// The program to test: from the folder named by VIREO_BIN (./test names out/bin, the NativeAOT binaries) or else the managed build.
    /// </summary>
    public static string Program(string name)
    {
        if (Environment.GetEnvironmentVariable("VIREO_BIN") is { Length: > 0 } folder)
            return System.IO.Path.Combine(System.IO.Path.GetFullPath(folder, Root), name);

        var (project, assembly) = name switch
        {
            "vireod" => ("Vireo.Daemon", "vireod"),
            "vireo" => ("Vireo.Cli", "Vireo.Cli"),
            _ => throw new ArgumentException($"no program {name}", nameof(name)),
        };
        string configuration = AppContext.BaseDirectory.Contains("/release", StringComparison.Ordinal) ? "release" : "debug";
        return Path("artifacts", "net10.0", "bin", project, configuration, assembly);
    }

    private static string FindRoot() => System.IO.Path.GetDirectoryName(Find("Vireo.slnx"))
        ?? throw new InvalidOperationException("The tests must run from inside the working tree: no Vireo.slnx above " + AppContext.BaseDirectory);

    private static string? Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string found = System.IO.Path.Combine(folder.FullName, path);
            if (System.IO.Path.Exists(found))
                return found;
        }

        return null;
    }
}
