using System.Text;
using Vireo.Config.Conf;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The bytes of VMX files to text: a file tells its own encoding in the entry <c>.encoding</c>.</summary>
internal static class VmxEncoding
{
    /// <summary>A file's text.</summary>
    /// <exception cref="VireoException">
    /// VIR_ERR_CONF_SYNTAX, VIR_ERR_INTERNAL_ERROR: no VMX file, an encoding that is not known, or bytes that are not in it.
    /// </exception>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        // No encoding makes more characters than bytes; the reader refuses a text that is too long.
        bytes = bytes[..Math.Min(bytes.Length, ConfReader.MostCharacters + 1)];
        var name = Name(VmxFile.Read(Encoding.Latin1.GetString(bytes)));
        try
        {
            return Find(name).GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw VireoException.Internal(ErrorDomain.None, $"Could not convert from {name} to UTF-8 encoding", failure);
        }
    }

    /// <summary>Refuses a file that tells an encoding nobody knows, though it has been text already.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR.</exception>
    public static void Require(VmxFile file) => _ = Find(Name(file));

    private static string Name(VmxFile file) => file.Text(".encoding") ?? "UTF-8";

    private static Encoding Find(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw VireoException.Internal(ErrorDomain.None, $"libxml2 doesn't handle {name} encoding", failure);
        }
    }
}
