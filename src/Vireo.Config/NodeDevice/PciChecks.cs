namespace Vireo.Config;

/// <summary>The bounds of PCI addresses.</summary>
internal static class PciChecks
{
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: a part is too large.</exception>
    public static void Range(uint? bus, uint? slot, uint? function)
    {
        if (bus > 0xff)
        {
            throw VireoException.InvalidXml(ErrorDomain.None, $"Invalid PCI address bus='0x{bus:x}', must be <= 0xFF");
        }

        if (slot > 0x1f)
        {
            throw VireoException.InvalidXml(ErrorDomain.None, $"Invalid PCI address slot='0x{slot:x}', must be <= 0x1F");
        }

        if (function > 7)
        {
            throw VireoException.InvalidXml(ErrorDomain.None, $"Invalid PCI address function=0x{function:x}, must be <= 7");
        }
    }
}
