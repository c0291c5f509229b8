namespace Vireo.Architecture.Tests;

/// <summary>The files of the working tree, build output left out.</summary>
internal static class SourceTree
{
    public static IEnumerable<string> Projects() => Directory.EnumerateFiles(Repository.Path("src"), "*.csproj", SearchOption.AllDirectories).Where(IsOurs);

    public static IEnumerable<string> Code(params string[] folders) =>
        folders.SelectMany(folder => Directory.EnumerateFiles(Repository.Path(folder), "*.cs", SearchOption.AllDirectories)).Where(IsOurs);

    private static bool IsOurs(string path) => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal);
}
