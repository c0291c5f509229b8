namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>What domains may be called.</summary>
internal static class DomainNames
{
    private const int Longest = 200;

    /// <summary>Refuses a name that cannot be the name of a file.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void Check(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Qemu, $"name {name} cannot contain '/'");
        }

        // The name becomes the name of files.
        if (name is "." or ".." || name.Any(char.IsControl) || System.Text.Encoding.UTF8.GetByteCount(name) > Longest)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Qemu, $"the domain's name cannot be used for files: no control characters, not '.' or '..', at most {Longest} bytes");
        }
    }
}
