namespace Vireo.Drivers;

/// <summary>The refusals of a read-only connection.</summary>
internal static class ReadOnlyAccess
{
    public static VireoException Denied(string api) => new(ErrorCode.OperationDenied, Domain(api), $"read only access prevents {api}");

    /// <summary>Refuses when a flag of <paramref name="set"/> is given or one of <paramref name="clear"/> is missing.</summary>
    public static void DenyFlags(uint flags, uint set, uint clear, string api)
    {
        if ((flags & set) != 0 || (clear != 0 && (flags & clear) == 0))
        {
            throw new VireoException(ErrorCode.OperationDenied, Domain(api), $"{api} with secure flag");
        }
    }

    private static ErrorDomain Domain(string api) => api switch
    {
        _ when api.StartsWith("virDomainSnapshot", StringComparison.Ordinal) => ErrorDomain.DomainSnapshot,
        _ when api.StartsWith("virNetwork", StringComparison.Ordinal) => ErrorDomain.Network,
        _ when api.StartsWith("virStorage", StringComparison.Ordinal) => ErrorDomain.Storage,
        _ when api.StartsWith("virInterface", StringComparison.Ordinal) => ErrorDomain.Interface,
        _ when api.StartsWith("virNodeDevice", StringComparison.Ordinal) => ErrorDomain.Nodedev,
        _ when api.StartsWith("virSecret", StringComparison.Ordinal) => ErrorDomain.Secret,
        _ when api.StartsWith("virNWFilter", StringComparison.Ordinal) => ErrorDomain.Nwfilter,
        _ => ErrorDomain.Domain,
    };
}
