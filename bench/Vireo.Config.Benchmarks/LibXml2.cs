using System.Runtime.InteropServices;

namespace Vireo.Config.Benchmarks;

/// <summary>libxml2's parser alone, what libvirt stands on: the least that its parsing can cost.</summary>
internal static partial class LibXml2
{
    private const int NoNetwork = 1 << 11;

    /// <summary>Parses a document into libxml2's tree and frees it.</summary>
    public static void Parse(byte[] document)
    {
        var tree = ReadMemory(document, document.Length, null, null, NoNetwork);
        if (tree == 0)
        {
            throw new InvalidOperationException("libxml2 refuses the document");
        }

        Free(tree);
    }

    [LibraryImport("libxml2.so.2", EntryPoint = "xmlReadMemory", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadMemory(byte[] buffer, int size, string? url, string? encoding, int options);

    [LibraryImport("libxml2.so.2", EntryPoint = "xmlFreeDoc")]
    private static partial void Free(nint document);
}
