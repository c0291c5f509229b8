using System.Globalization;

namespace Vireo.Config;

public sealed partial record FilterConfig
{
    private const int LongestChain = 12;
    private const int MostPriority = 1000;
    private const string ChainLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";

    // The protocols whose names chains begin with, and when their chains are gone through.
    private static readonly (string Prefix, int Priority)[] s_chains =
        [("mac", -800), ("vlan", -750), ("stp", 0), ("arp", -500), ("rarp", -400), ("ipv4", -700), ("ipv6", -600)];

    /// <summary>Reads a document that defines a filter. Answers to <c>virNWFilterDefineXML</c>.</summary>
    /// <param name="xml">The document's text.</param>
    /// <exception cref="VireoException">As of <c>Parse</c>, and as of <see cref="ToDefinition"/>.</exception>
    public static FilterConfig ParseDefinition(string xml) => Parse(xml).ToDefinition();

    /// <summary>
    /// The filter as libvirt keeps it: chain and priorities told, values in one form, each rule of its first protocol alone. Its identity is given by
    /// whoever keeps it; it stays null here when the document has none.
    /// </summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR, VIR_ERR_INVALID_ARG, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_OPERATION_FAILED, with libvirt's messages.</exception>
    public FilterConfig ToDefinition()
    {
        if (string.IsNullOrEmpty(Name))
        {
            throw VireoException.Internal(ErrorDomain.Nwfilter, "filter has no name");
        }

        var chain = Chain is null or "" ? "root" : Chain;
        return this with
        {
            Chain = chain,
            Priority = CompletePriority(chain),
            Entries = Entries.Map(Complete),
        };
    }

    // A filter of the root chain has no place among the chains.
    private string? CompletePriority(string chain)
    {
        int? priority = null;
        if (Priority is { Length: > 0 } text)
        {
            if (!int.TryParse(text.TrimStart(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var said))
            {
                throw Invalid($"Could not parse chain priority '{text}'");
            }

            priority = said is >= -MostPriority and <= MostPriority ? said
                : throw Invalid($"Priority '{said}' is outside valid range of [-{MostPriority},{MostPriority}]");
        }

        if (chain == "root")
        {
            return null;
        }

        if (chain.Length > LongestChain)
        {
            throw Invalid($"Name of chain is longer than {LongestChain} characters");
        }

        if (chain.AsSpan().ContainsAnyExcept(ChainLetters))
        {
            throw Invalid("Chain name contains invalid characters");
        }

        var (prefix, usual) = s_chains.FirstOrDefault(c => chain.StartsWith(c.Prefix, StringComparison.Ordinal));
        if (prefix is null)
        {
            throw Invalid(
                $"Invalid chain name '{chain}'. Please use a chain name called 'root' or any of the following prefixes: {string.Join(", ", s_chains.Select(c => c.Prefix))}");
        }

        return (priority ?? usual) is not 0 and var result ? result.ToString(CultureInfo.InvariantCulture) : null;
    }

    private FilterEntry Complete(FilterEntry entry) => entry switch
    {
        FilterRule rule => FilterRuleDefinition.Complete(rule),
        FilterReference { Filter: null } => throw VireoException.Internal(ErrorDomain.Nwfilter, "rule node requires action attribute"),
        FilterReference reference when reference.Filter == Name => throw VireoException.OperationFailed(ErrorDomain.Nwfilter, "filter would introduce a loop"),
        FilterReference reference => reference with { Parameters = FilterParameters.Complete(reference.Parameters) },
        _ => entry,
    };

    private static VireoException Invalid(string detail) => VireoException.InvalidArgument(ErrorDomain.Nwfilter, detail);
}
