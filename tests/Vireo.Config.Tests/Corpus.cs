namespace Vireo.Config.Tests;

/// <summary>The shared corpus of documents, which lies beside the repository where it is at hand.</summary>
internal static class Corpus
{
    private static readonly string? s_root = Find();

    /// <summary>The corpus's folder, or the reason for skipping what needs it.</summary>
    public static string Root => s_root ?? throw new InvalidOperationException("no corpus");

    public static void Require() => Assert.SkipWhen(s_root is null, "the document corpus (../shared/corpus beside the repository) is not here");

    /// <summary>All documents of a folder whose root element is <paramref name="root"/>.</summary>
    public static IEnumerable<(string Name, string Xml)> Documents(string folder, string root)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.xml").Order(StringComparer.Ordinal))
        {
            var xml = File.ReadAllText(file);
            if (xml.Contains($"<{root}>", StringComparison.Ordinal) || xml.Contains($"<{root} ", StringComparison.Ordinal))
            {
                yield return ($"{folder}/{Path.GetFileName(file)}", xml);
            }
        }
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var corpus = Path.Combine(folder.FullName, "shared", "corpus");
            if (Directory.Exists(corpus))
            {
                return corpus;
            }
        }

        return null;
    }
}
