using System.Xml;

namespace Vireo.Config.Tests;

/// <summary>The shared corpus of documents, which lies beside the repository where it is at hand.</summary>
internal static class Corpus
{
    private static readonly string? s_root = Find();

    /// <summary>The corpus's folder, or the reason for skipping what needs it.</summary>
    public static string Root => s_root ?? throw new InvalidOperationException("no corpus");

    public static void Require() => Assert.SkipWhen(s_root is null, "the document corpus (../shared/corpus beside the repository) is not here");

    /// <summary>All documents of every folder whose root element is <paramref name="root"/>.</summary>
    public static IEnumerable<(string Name, string Xml)> Documents(string root)
    {
        foreach (var file in Directory.EnumerateFiles(Root, "*.xml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var xml = File.ReadAllText(file);
            if (RootOf(xml) == root)
            {
                yield return (Path.GetRelativePath(Root, file), xml);
            }
        }
    }

    /// <summary>All documents of a folder whose root element is <paramref name="root"/>.</summary>
    public static IEnumerable<(string Name, string Xml)> Documents(string folder, string root) =>
        Documents(root).Where(d => d.Name.StartsWith(folder + "/", StringComparison.Ordinal));

    private static string? RootOf(string xml)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml));
            return reader.MoveToContent() == XmlNodeType.Element ? reader.LocalName : null;
        }
        catch (XmlException)
        {
            return null;
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
