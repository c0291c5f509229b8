using System.Globalization;
using Vireo.Config.Tests;
using Vireo.TestKit.Qemu;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>Our command lines beside those that libvirt published for the same documents in 2018, judged by what they mean.</summary>
public sealed class PublishedCommandLineTests
{
    private const string Section = "Command lines: published";

    [Fact]
    public async Task They_say_what_libvirt_published()
    {
        Corpus.Require();
        var ours = await CorpusCommandLines.AllAsync();
        var different = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var compared = 0;
        foreach (var (name, (_, arguments)) in ours)
        {
            var published = Path.Combine(Corpus.Root, "qemuxml2argvdata", name + ".args");
            if (!File.Exists(published))
            {
                continue;
            }

            compared++;
            var document = await File.ReadAllTextAsync(Path.ChangeExtension(published, ".xml"));
            var differences = Differences(ArgumentMeaning.Split(await File.ReadAllTextAsync(published)).Arguments, arguments, document);
            if (differences.Count > 0)
            {
                different.Add(name, string.Join("; ", differences));
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"of {compared} published command lines {compared - different.Count} say the same");
        string.Join('\n', different.Where(d => !CompatibilityPage.Tells(Section, d.Key)).Select(d => $"{d.Key}: {d.Value}")).ShouldBeEmpty();
        CompatibilityPage.Of(Section).Where(name => !different.ContainsKey(name)).ShouldBeEmpty("docs/compatibility.md tells of command lines that agree");
    }

    // What the published one says and ours does not, and what ours has besides.
    private static List<string> Differences(IReadOnlyList<string> published, IReadOnlyList<string> built, string document)
    {
        var (theirs, ours) = (TodaysTerms.Of(published), TodaysTerms.Of(built));
        var differences = new List<string>();
        foreach (var one in theirs)
        {
            var other = ours.Find(o => o.Option == one.Option && o.Subject == one.Subject);
            if (other is null)
            {
                differences.Add($"lacks {one}");
                continue;
            }

            ours.Remove(other);
            foreach (var (property, value) in one.Properties)
            {
                // Addresses that libvirt chooses itself: it chooses others today, to which DomainDefinitionTests hold us.
                if (property is "addr" or "bus" && one.Option == "-device" && one.Of("bus")?.StartsWith("pci", StringComparison.Ordinal) == true && !Gives(document, one.Of("addr")))
                {
                    continue;
                }

                if (other.Of(property) != value)
                {
                    differences.Add($"{one.Option} {one.Subject} {property}: {value}, ours {other.Of(property)}");
                }
            }
        }

        differences.AddRange(ours.Where(o => !IsDefault(o)).Select(o => $"has {o}"));
        return differences;
    }

    private static bool Gives(string document, string? address)
    {
        if (address is null)
        {
            return true;
        }

        var slot = address.Split('.')[0];
        var number = slot.StartsWith("0x", StringComparison.Ordinal) ? int.Parse(slot.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : int.Parse(slot, CultureInfo.InvariantCulture);
        return document.Contains($"slot='0x{number:x2}'", StringComparison.OrdinalIgnoreCase);
    }

    // What libvirt leaves to QEMU no more, or plugs in today for itself.
    private static bool IsDefault(ArgumentMeaning option) => option.Option is "-cpu" or "-rtc" or "-boot" || option.Of("driver") is "pcie-root-port" or "qemu-xhci" or "isa-fdc" or "pcie-pci-bridge";
}
