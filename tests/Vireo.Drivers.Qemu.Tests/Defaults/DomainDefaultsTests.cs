using System.Runtime.CompilerServices;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;

namespace Vireo.Drivers.Qemu.Tests.Defaults;

/// <summary>Our own documents beside what libvirtd 9.0 made of them (the .inactive.xml files).</summary>
public sealed class DomainDefaultsTests
{
    internal static readonly DefaultsContext Context = new(
        "/usr/bin/qemu-system-x86_64",
        "pc-i440fx-7.2",
        new Dictionary<string, string> { ["pc"] = "pc-i440fx-7.2", ["q35"] = "pc-q35-7.2" })
    {
        Machines = new HashSet<string> { "pc-i440fx-7.2", "pc-q35-7.2" },
        HasDevice = static device => !device.Contains("spapr", StringComparison.Ordinal),
    };

    public static TheoryData<string> Documents()
    {
        var names = new TheoryData<string>();
        foreach (var path in Directory.EnumerateFiles(Folder(), "*.inactive.xml").Order(StringComparer.Ordinal))
        {
            names.Add(Path.GetFileName(path)[..^".inactive.xml".Length]);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_becomes_what_libvirtd_makes_of_it(string name)
    {
        var completed = DomainDefaults.Apply(DomainConfig.Parse(Read($"{name}.xml")), Context);
        ShouldBeLineByLine(completed.ToXml(), Read($"{name}.inactive.xml"));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_complete_document_stays_as_it_is(string name)
    {
        // libvirt orders disks and controllers anew when it reads its own text, so the second reading is the one that stands.
        var complete = DomainDefaults.Apply(DomainDefaults.Apply(DomainConfig.Parse(Read($"{name}.xml")), Context), Context);
        ShouldBeLineByLine(DomainDefaults.Apply(DomainConfig.Parse(complete.ToXml()), Context).ToXml(), complete.ToXml());
    }

    // The whole texts' difference is too long to read.
    private static void ShouldBeLineByLine(string actual, string expected)
    {
        var (left, right) = (actual.Trim().Split('\n'), expected.Trim().Split('\n'));
        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            left.ElementAtOrDefault(i).ShouldBe(right.ElementAtOrDefault(i), $"line {i + 1}");
        }
    }

    internal static string Read(string name) => File.ReadAllText(Path.Combine(Folder(), name));

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Documents");
}
