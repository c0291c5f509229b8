using System.Globalization;
using System.Xml.Linq;

namespace Vireo.Cli.Commands;

/// <summary>What listings need of a snapshot's document.</summary>
internal sealed record SnapshotDescription(string State, DateTimeOffset? Created, string? Parent, bool External)
{
    public static async ValueTask<SnapshotDescription> OfAsync(DomainSnapshot snapshot, CancellationToken cancellationToken)
    {
        var root = XElement.Parse(await snapshot.GetXmlAsync(0, cancellationToken));
        var state = root.Element("state")?.Value ?? "";
        var created = long.TryParse(root.Element("creationTime")?.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : (DateTimeOffset?)null;
        return new SnapshotDescription(state, created, root.Element("parent")?.Element("name")?.Value, IsExternal(root, state));
    }

    private static bool IsExternal(XElement root, string state) =>
        state == "disk-snapshot"
        || root.Element("memory")?.Attribute("snapshot")?.Value == "external"
        || (root.Element("disks")?.Elements("disk").Any(disk => disk.Attribute("snapshot")?.Value == "external") ?? false);
}
