using System.Xml;
using System.Xml.Linq;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.SavedState;

/// <summary>What a save image has beside the domain's document: the CPU that the guest really has, which the document, being what was asked for, does not tell.</summary>
/// <param name="Cpu">The CPU; null where it is not told.</param>
internal sealed record SaveCookie(CpuConfig? Cpu)
{
    /// <summary>Its text.</summary>
    public string ToXml() => $"<cookie>\n{(Cpu is null ? "" : Cpu.ToXml().TrimEnd() + "\n")}  <slirpHelper/>\n</cookie>\n";

    /// <summary>Reads the text.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: it is no such text.</exception>
    public static SaveCookie Parse(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var cpu = XDocument.Load(reader).Root?.Element("cpu");
            return new SaveCookie(cpu is null ? null : CpuConfig.Parse(cpu.ToString(SaveOptions.DisableFormatting)));
        }
        catch (XmlException e)
        {
            throw VireoException.InvalidXml(ErrorDomain.Qemu, $"(save cookie): {e.Message}");
        }
    }
}
