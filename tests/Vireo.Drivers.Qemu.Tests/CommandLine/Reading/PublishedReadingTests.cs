using Vireo.Config;
using Vireo.Config.Tests;
using Vireo.Drivers.Qemu.CommandLine.Reading;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Tests.Defaults;

namespace Vireo.Drivers.Qemu.Tests.CommandLine.Reading;

/// <summary>Command lines that libvirt 4.1 read, beside the documents it published for them. What a newer libvirt adds to both by itself is no difference.</summary>
public sealed class PublishedReadingTests
{
    private const string Section = "Command lines read: published";
    private const string Folder = "qemuargv2xmldata";

    [Fact]
    public void They_become_what_libvirt_published()
    {
        Corpus.Require();
        var different = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var files = Directory.GetFiles(Path.Combine(Corpus.Root, Folder), "*.args");
        files.ShouldNotBeEmpty();
        foreach (var path in files)
        {
            var published = DomainConfig.Parse(File.ReadAllText(Path.ChangeExtension(path, ".xml")).Replace("pc-0.11", "pc", StringComparison.Ordinal));
            var read = CommandLineReader.Read(File.ReadAllText(path));
            read = read with { Uuid = read.Uuid ?? published.Uuid };
            if (Difference(read, published) is { } difference)
            {
                different.Add(Path.GetFileNameWithoutExtension(path), difference);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"of {files.Length} published command lines {files.Length - different.Count} become the published documents");
        string.Join('\n', different.Where(d => !CompatibilityPage.Tells(Section, d.Key)).Select(d => $"{d.Key}: {d.Value}")).ShouldBeEmpty();
        CompatibilityPage.Of(Section).Where(name => !different.ContainsKey(name)).ShouldBeEmpty("docs/compatibility.md tells of command lines that agree");
    }

    private static string? Difference(DomainConfig read, DomainConfig published)
    {
        var (ours, theirs) = (read.Os.Type!, published.Os.Type!);
        if (ours.Arch != theirs.Arch || (ours.Machine ?? "pc") != theirs.Machine)
        {
            return $"{ours.Arch} {ours.Machine}, expected {theirs.Arch} {theirs.Machine}";
        }

        // The defaults are a PC's: of other machines only what the command line says is compared.
        var isPc = theirs.Arch is "i686" or "x86_64";
        return DocumentDifference.Find(Complete(read, isPc).ToXml(), Complete(published, isPc).ToXml());
    }

    private static DomainConfig Complete(DomainConfig config, bool isPc)
    {
        // None of the command lines gives an address on PCI: each libvirt chooses its own, to which DomainDefinitionTests hold us.
        config = config with { Devices = config.Devices.Map(device => device.Address is PciAddress ? device with { Address = null } : device) };
        var kept = isPc ? config : config with
        {
            Os = config.Os with { Type = new OsType { Arch = "i686", Machine = "pc", Kind = "hvm" } },
            Keywrap = [],
            Devices = config.Devices with { Controllers = [], Panics = [], Nvram = null },
        };
        var complete = DomainDefaults.Apply(kept, DomainDefaultsTests.Context with { Architecture = kept.Os.Type!.Arch! });
        return complete with { Keywrap = config.Keywrap, Devices = complete.Devices with { Nvram = config.Devices.Nvram } };
    }
}
