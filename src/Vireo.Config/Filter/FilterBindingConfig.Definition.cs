namespace Vireo.Config;

public sealed partial record FilterBindingConfig
{
    /// <summary>Reads a document that puts a filter in force. Answers to the parsing of <c>virNWFilterBindingCreateXML</c>.</summary>
    /// <param name="xml">The document's text.</param>
    /// <exception cref="VireoException">As of <c>Parse</c>, and as of <see cref="ToDefinition"/>.</exception>
    public static FilterBindingConfig ParseDefinition(string xml) => Parse(xml).ToDefinition();

    /// <summary>The binding as libvirt keeps it.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: something is missing.</exception>
    public FilterBindingConfig ToDefinition()
    {
        var missing = PortDevice?.Name is null or "" ? "filter binding has no port dev name"
            : LinkDevice is { Name: null or "" } ? "filter binding has no link dev name"
            : Mac is null ? "filter binding has no MAC address"
            : !MacAddress.TryParse(Mac, out _) ? $"Unable to parse MAC '{Mac}'"
            : Owner?.Name is null or "" ? "filter binding has no owner name"
            : Owner.Uuid is null ? "filter binding has no owner UUID"
            : Filterref?.Filter is null or "" ? "filter binding has no filter reference"
            : null;
        if (missing is not null)
        {
            throw VireoException.Internal(ErrorDomain.Nwfilter, missing);
        }

        MacAddress.TryParse(Mac!, out var mac);
        return this with { Mac = mac.ToString(), Filterref = Filterref! with { Parameters = FilterParameters.Complete(Filterref.Parameters) } };
    }
}
