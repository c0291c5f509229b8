using System.Text.RegularExpressions;
using System.Xml;

namespace Vireo.Config.Tests;

/// <summary>The shared corpus of documents, which lies beside the repository where it is at hand.</summary>
internal static partial class Corpus
{
    /// <summary>The corpus's folder, or the reason for skipping what needs it.</summary>
    public static string Root => Repository.Corpus ?? throw new InvalidOperationException("no corpus");

    public static void Require() => Assert.SkipWhen(Repository.Corpus is null, "the document corpus (../shared/corpus beside the repository) is not here");

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

    /// <summary>A document with today's names in place of those that QEMU and its machines had on hosts of old.</summary>
    public static string OfThisHost(string xml) => OldMachine().Replace(OldEmulator().Replace(xml, "/usr/bin/qemu-system-x86_64"), "machine='pc'");

    [GeneratedRegex("/usr/bin/qemu-system-(i386|i686)|/usr/bin/qemu-kvm|/usr/bin/kvm|/usr/bin/qemu(?=<)")]
    private static partial Regex OldEmulator();

    [GeneratedRegex("machine=.pc-[01]\\.[0-9]+.")]
    private static partial Regex OldMachine();

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
}
