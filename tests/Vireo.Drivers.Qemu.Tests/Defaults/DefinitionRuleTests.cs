using System.Text.RegularExpressions;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;

namespace Vireo.Drivers.Qemu.Tests.Defaults;

/// <summary>What libvirtd 9.0 makes of small additions to a plain domain (Documents/rules.txt, written by scripts/record-domain-rules).</summary>
public sealed partial class DefinitionRuleTests
{
    private static readonly Dictionary<string, string[]> s_cases = Cases();

    public static TheoryData<string> Names() => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_what_libvirtd_makes_of_it(string name)
    {
        var parts = name.Split(" |");
        var plain = Lines(parts[0], "", "").ToList();
        string.Join('\n', Lines(parts[0], parts[1], parts[2]).Where(line => !plain.Remove(line))).ShouldBe(string.Join('\n', s_cases[name]));
    }

    private static Dictionary<string, string[]> Cases() => DomainDefaultsTests.Read("rules.txt").Split("== ", StringSplitOptions.RemoveEmptyEntries)
        .Select(text => text.TrimEnd('\n').Split('\n')).ToDictionary(lines => lines[0], lines => lines[1..]);

    private static string[] Lines(string machine, string general, string devices)
    {
        var memory = general.Contains("<memory ", StringComparison.Ordinal) ? "" : "<memory unit='MiB'>64</memory>";
        var xml = $"<domain type='qemu'><name>t</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>{memory}<vcpu>4</vcpu><os><type arch='x86_64' machine='{machine}'>hvm</type></os>{general}<devices>{devices}</devices></domain>";
        try
        {
            return Empty().Replace(DomainDefaults.Apply(DomainConfig.Parse(xml), DomainDefaultsTests.Context).ToXml(), "<$1$2/>").TrimEnd('\n').Split('\n');
        }
        catch (VireoException e)
        {
            return [$"refused {(int)e.Code}: {e.Message}"];
        }
    }

    // An element with nothing in it may be closed at once.
    [GeneratedRegex(@"<(\w+)((?: [^<>]*[^/])?)>\s*</\1>")]
    private static partial Regex Empty();
}
