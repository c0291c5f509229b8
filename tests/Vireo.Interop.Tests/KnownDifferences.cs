using System.Text.RegularExpressions;

namespace Vireo.Interop.Tests;

/// <summary>Where Vireo means to differ from libvirt 9.0, each with its reason; nothing else may differ.</summary>
public static class KnownDifferences
{
    private static readonly IReadOnlyList<KnownDifference> All =
    [
        new("version --daemon", "it says which daemon runs, and they are two", text => Regex.Replace(text, @"\d+\.\d+\.\d+", "{version}")),
        new("dominfo", "the security model follows the host's set-up, not the protocol", text => Regex.Replace(text, "(?m)^Security .*\n", "")),
    ];

    /// <summary>A step's text without the differences that are meant.</summary>
    public static string Apply(string said) =>
        All.Where(difference => said.StartsWith("$ " + difference.Step, StringComparison.Ordinal)).Aggregate(said, (text, difference) => difference.Mask(text));
}
