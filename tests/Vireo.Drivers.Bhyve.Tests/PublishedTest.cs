using System.Text.Json;

namespace Vireo.Drivers.Bhyve.Tests;

/// <summary>What libvirt's own tests ask of a case, by the corpus's list of them: the order of their steps decides what the host can.</summary>
internal static class PublishedTest
{
    /// <summary>The cases of one of libvirt's tests, by name, each with whether it has to succeed.</summary>
    public static IEnumerable<(string Name, string Macro)> Of(string program)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Corpus!, "manifest.json")));
        return [.. manifest.RootElement.GetProperty(program).EnumerateArray().Select(row => (row[1].GetString()!, row[0].GetString()!))];
    }

    /// <summary>What the host of a case can: all, but for those that are named after what it lacks.</summary>
    public static BhyveFeatures Features(string name) => name.Contains("no32devs", StringComparison.Ordinal) || name == "xhci-multiple-controllers"
        ? BhyveFeatures.All & ~BhyveFeatures.Ahci32Slots
        : BhyveFeatures.All;
}
