namespace Vireo.Config.Defaults;

/// <summary>Which guests a driver has capabilities for.</summary>
internal static class GuestKind
{
    /// <summary>Refuses a guest of another hypervisor, kind or architecture.</summary>
    /// <param name="domain">The definition.</param>
    /// <param name="hypervisor">The driver's one.</param>
    /// <param name="kind">The kind of guests it runs.</param>
    /// <param name="arch">The architecture of a guest that names none.</param>
    /// <param name="archs">All that it runs.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG.</exception>
    public static void Require(DomainConfig domain, DomainType hypervisor, string kind, string arch, ReadOnlySpan<string> archs)
    {
        var (type, asked, os) = (domain.Type ?? DomainType.None, domain.Os.Type?.Arch ?? arch, domain.Os.Type?.Kind ?? kind);
        if (type == hypervisor && archs.Contains(asked) && os == kind)
        {
            return;
        }

        throw VireoException.InvalidArgument(
            ErrorDomain.Capabilities, $"could not find capabilities for {(os == "hvm" ? "" : $"ostype={os} ")}arch={asked} domaintype={type.ToXmlName()} ");
    }
}
