namespace Vireo.TestKit;

/// <summary>Places in the working tree that the tests use.</summary>
public static class Repository
{
    /// <summary>The folder that holds Vireo.slnx.</summary>
    public static string Root { get; } = FindRoot();

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

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Vireo.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests must run from inside the working tree: no Vireo.slnx above " + AppContext.BaseDirectory);
    }
}
