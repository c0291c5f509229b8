using System.Xml.Linq;
using Vireo.Drivers.Qemu.Comparison;

namespace Vireo.Drivers.Qemu.Tests.Comparison;

/// <summary>What differs between two documents, told so that it can be read.</summary>
public sealed class DocumentComparisonTests
{
    [Theory]
    [InlineData("<d><name>x</name></d>", "<d><name>x</name></d>", "")]
    [InlineData("<d><memory unit='KiB'>1</memory></d>", "<d><memory unit='KiB'>2</memory></d>", "memory: 1 -> 2")]
    [InlineData("<d><vcpu placement='static'>1</vcpu></d>", "<d><vcpu>1</vcpu></d>", "vcpu/@placement: static -> -")]
    [InlineData("<d><a/></d>", "<d><b>1</b></d>", "a: <a /> -> -; b: - -> <b>1</b>")]
    [InlineData(
        "<d><devices><disk><source file='1'/><target dev='vda'/></disk><disk><target dev='vdb'/></disk></devices></d>",
        "<d><devices><disk><target dev='vdb'/></disk><disk><source file='2'/><target dev='vda'/></disk></devices></d>",
        "devices/disk[vda]/source/@file: 1 -> 2")]
    [InlineData(
        "<d><controller type='usb' index='0' model='a'/><controller type='pci' index='0' model='b'/></d>",
        "<d><controller type='pci' index='0' model='c'/></d>",
        "controller[usb 0]: <controller type=\"usb\" index=\"0\" model=\"a\" /> -> -; controller[pci 0]/@model: b -> c")]
    [InlineData("<d><x>1</x><x>2</x></d>", "<d><x>1</x><x>3</x><x>4</x></d>", "x[2]: 2 -> 3; x[3]: - -> <x>4</x>")]
    public void Differences(string from, string to, string differences)
    {
        var found = DocumentComparison.Of(XElement.Parse(from), XElement.Parse(to));

        string.Join("; ", found.Changes.Select(c => $"{c.Path}: {c.From ?? "-"} -> {c.To ?? "-"}")).ShouldBe(differences);
        found.Count.ShouldBe(found.Changes.Count);
    }

    [Fact]
    public void What_is_told_is_bounded_and_all_is_counted()
    {
        static XElement Many(char c) => new("d", Enumerable.Range(0, 5000).Select(_ => new XElement("x", new string(c, 10_000))));

        var found = DocumentComparison.Of(Many('a'), Many('b'));

        found.Count.ShouldBe(5000);
        found.Changes.Count.ShouldBe(500);
        found.Changes.ShouldAllBe(c => c.From!.Length < 300);
    }
}
