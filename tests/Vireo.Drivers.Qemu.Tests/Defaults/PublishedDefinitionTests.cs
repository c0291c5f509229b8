using System.Globalization;
using System.Text.RegularExpressions;
using Vireo.Config;
using Vireo.Config.Tests;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.Defaults;

/// <summary>
/// Domains beside what libvirt 4.1 published of them. libvirt 9.0, which our defaults are, gives both more, and chooses other addresses on PCI: both are
/// completed, and of addresses only those that the document gives are compared. What libvirt 9.0 itself makes of a document is DomainDefinitionTests' matter.
/// </summary>
public sealed partial class PublishedDefinitionTests
{
    private const string Section = "Domain definitions: published";

    private MachineImages _images = null!;

    [Fact]
    public async Task Domains_become_what_libvirt_published()
    {
        Corpus.Require();
        using var scratch = new ScratchDirectory("pd");
        _images = await MachineImages.GetAsync();
        var builder = new GuestBuilder(new QemuCapabilitiesCache(scratch["cache"]), "/var/lib/libvirt/qemu/nvram");
        var different = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var compared = 0;
        foreach (var (name, published) in Corpus.Documents("qemuxml2xmloutdata", "domain"))
        {
            var input = Path.Combine(Corpus.Root, "qemuxml2argvdata", Variant().Replace(Path.GetFileName(name), ".xml"));
            if (!File.Exists(input) || Path.GetFileName(name).EndsWith("-active.xml", StringComparison.Ordinal))
            {
                continue;
            }

            compared++;
            if (await DifferenceAsync(builder, await File.ReadAllTextAsync(input), published) is { } difference)
            {
                different.Add(Path.GetFileNameWithoutExtension(name), difference);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"of {compared} domains {compared - different.Count} become what libvirt published");
        string.Join('\n', different.Where(d => !CompatibilityPage.Tells(Section, d.Key)).Select(d => $"{d.Key}: {d.Value}")).ShouldBeEmpty();
        CompatibilityPage.Of(Section).Where(name => !different.ContainsKey(name)).ShouldBeEmpty("docs/compatibility.md tells of domains that agree");
    }

    private async Task<string?> DifferenceAsync(GuestBuilder builder, string input, string published)
    {
        try
        {
            var ours = await CompleteAsync(builder, input, input);
            var theirs = await CompleteAsync(builder, published, input);
            return DocumentDifference.Find(ours.ToXml(), theirs.ToXml());
        }
        catch (VireoException refused)
        {
            return $"refused ({refused.Code}): {refused.Message}";
        }
    }

    private async Task<DomainConfig> CompleteAsync(GuestBuilder builder, string xml, string input)
    {
        // The root port of the published tests' QEMU is today's in all but its name.
        var config = DomainConfig.Parse((MachineImages.IsOther(xml) ? _images.OfThisHost(xml) : Corpus.OfThisHost(xml)).Replace("ioh3420", "pcie-root-port", StringComparison.Ordinal));
        return await builder.CompleteAsync(config with { Id = null, Devices = config.Devices.Map(device => IsGiven(device.Address, input) ? device : device with { Address = null }) }, default);
    }

    private static bool IsGiven(DeviceAddress? address, string input) =>
        address is not PciAddress pci || input.Contains(string.Create(CultureInfo.InvariantCulture, $"slot='0x{pci.Slot ?? 0:x2}'"), StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("-inactive\\.xml$")]
    private static partial Regex Variant();
}
