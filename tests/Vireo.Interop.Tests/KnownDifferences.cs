using System.Text.RegularExpressions;

namespace Vireo.Interop.Tests;

/// <summary>Where Vireo means to differ from libvirt 9.0, each with its reason; nothing else may differ.</summary>
public static class KnownDifferences
{
    private static readonly IReadOnlyList<KnownDifference> All =
    [
        new("version --daemon", "it says which daemon runs, and they are two", text => Regex.Replace(text, @"\d+\.\d+\.\d+", "{version}")),
        new("dominfo", "the security model follows the host's set-up, not the protocol", text => Regex.Replace(text, "(?m)^Security .*\n", "")),
        new("dominfo", "each daemon counts the runs of its own guests", text => Regex.Replace(text, @"(?m)^Id: +\d+$", "Id: {run}")),
        new("dumpxml", "the sockets of a run lie under the daemon's own root", text => Regex.Replace(text, @"path='[^']*/domain-\{id\}-", "path='{run}/domain-{id}-")),
        new("capabilities", "a host that is a guest itself may get memory, or give it away, at any time", text => Regex.Replace(text, @"(?m)^( +<(memory|pages) unit='KiB'( size='4')?>)\d+<", "$1{amount}<")),
        new("capabilities", "each daemon makes up the identity of a host that tells none", text => Regex.Replace(text, "(?m)^    <uuid>.*\n", "")),
        new("domcapabilities", "firmware, TPM backends and Hyper-V features are told otherwise; the CPU is the same", CpuAlone),
        new("domstats", "what time brings is not the same twice, and libvirt counts a domain that does not run for itself", Figures),
        new("domblkinfo", "who writes to an image is noted in an attribute of it, which takes a block", text => Regex.Replace(text, @"(?m)^(Allocation: +|  *\w+ +[\d.]+(?: \w+)? +)[\d.]+(?: \w+)?(?=$| +\d)", "$1{count}")),
        new("dommemstat", "as for domstats", Figures),
        new("nodecpustats", "what time brings is not the same twice", Figures),
        new("nodememstats", "likewise", Figures),
        new("freecell", "likewise", Figures),
        new("freepages", "likewise", Figures),
        new("dumpxml t-traffic", "limits that have all been taken away leave no empty element", text => Regex.Replace(text, @"<bandwidth>\n *</bandwidth>|<bandwidth/>", "").TrimEnd()),
        new("blkdeviotune", "a group that nobody named has no name", text => Regex.Replace(text, @"(?m)^(group_name +:) /machine/.*", "$1")),
        new("memtune t-limits --config", "libvirt holds what is set for the definition against the running guest", text => ""),
        new("blockjob", "jobs are named by each daemon", text => Regex.Replace(text, "block job '[\\w-]+'", "block job '{job}'")),
        new("define {dir}/odd.xml --validate", "libvirt's schema is not part of this project; code and first words are the same", Violations),
        new("create {dir}/odd.xml --validate", "as for define", Violations),
    ];

    private static string Figures(string text) =>
        Regex.Replace(
            Regex.Replace(
                Regex.Replace(text, "(?m)^  cpu\\.(time|user|system)=.*\n", ""),
                @"(?m)(time|delay|rss|physical|allocation)([= ])\d+$", "$1$2{count}"),
            @"(?m): +(\d{3,}( KiB)?|\d+\.\d%)$", ": {count}$2");

    private static string Violations(string text) => Regex.Replace(text, "(validate against schema: )[^$]*", "$1{violations}");

    private static string CpuAlone(string text) => Regex.Match(text, @"(?ms)^ +<cpu>\n.*?^ +</cpu>$") is { Success: true } cpu ? cpu.Value : text;

    /// <summary>A step's text without the differences that are meant.</summary>
    public static string Apply(string said) =>
        All.Where(difference => said.StartsWith("$ " + difference.Step, StringComparison.Ordinal)).Aggregate(said, (text, difference) => difference.Mask(text));
}
