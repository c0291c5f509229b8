namespace Vireo.Config;

public sealed partial record DomainConfig
{
    /// <summary>Reads a document that defines a domain: one with all that libvirt's own parser insists on.</summary>
    /// <param name="xml">The document's text.</param>
    /// <exception cref="VireoException">As of <c>Parse</c>, and as of <see cref="RequireComplete"/>.</exception>
    public static DomainConfig ParseDefinition(string xml)
    {
        var domain = Parse(xml);
        domain.RequireComplete();
        return domain;
    }

    /// <summary>Checks that nothing is missing without which there is no domain: name, hypervisor, kind of guest, memory.</summary>
    /// <exception cref="VireoException">
    /// VIR_ERR_NO_NAME, VIR_ERR_XML_ERROR, VIR_ERR_INTERNAL_ERROR or VIR_ERR_CONFIG_UNSUPPORTED, with libvirt's messages.
    /// </exception>
    public void RequireComplete()
    {
        if (string.IsNullOrEmpty(Name))
        {
            throw new VireoException(ErrorCode.NoName, ErrorDomain.Domain, null);
        }

        if (Type is null)
        {
            throw VireoException.Internal(ErrorDomain.Domain, "missing domain type attribute");
        }

        if (Name.Contains('/', StringComparison.Ordinal))
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"name {Name} cannot contain '/'");
        }

        if (Os.Type?.Kind is not { Length: > 0 } kind)
        {
            // A guest with a boot loader of its own needs no kind.
            if (string.IsNullOrEmpty(Bootloader))
            {
                throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "an os <type> must be specified");
            }
        }
        else if (kind is not ("hvm" or "xen" or "linux" or "exe" or "uml" or "xenpvh"))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"unknown OS type '{kind}'");
        }

        if (Vcpu is { Current: { } current, Count: { } count } && current > count)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "maximum vCPU count must not be less than current vCPU count");
        }

        if (Memory is not { Size.Bytes: > 0 } && Cpu?.Numa is null)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "Memory size must be specified via <memory> or in the <numa> configuration");
        }
    }
}
