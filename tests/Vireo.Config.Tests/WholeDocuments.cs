namespace Vireo.Config.Tests;

/// <summary>Documents of our own that have every part a kind of document can have; beside the tests.</summary>
internal static class WholeDocuments
{
    /// <summary>The documents of a kind: the files whose names begin with it.</summary>
    public static IEnumerable<(string Name, string Xml)> Of(string kind) =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Documents"), "*.xml").Order(StringComparer.Ordinal)
            .Where(file => Path.GetFileNameWithoutExtension(file) is var name && (name == kind || name.StartsWith(kind + "-", StringComparison.Ordinal)))
            .Select(file => ($"whole/{Path.GetFileName(file)}", File.ReadAllText(file)));
}
