using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>Block jobs as they lie in the live state.</summary>
internal static class BlockJobElements
{
    /// <summary>The element that holds them.</summary>
    public const string Name = "blockJobs";

    /// <summary>Writes them; nothing when there are none.</summary>
    public static void Write(XmlWriter writer, ImmutableArray<BlockJob> jobs)
    {
        if (jobs.IsEmpty)
        {
            return;
        }

        writer.WriteStartElement(Name);
        foreach (var job in jobs)
        {
            writer.WriteStartElement("job");
            writer.WriteAttributeString("id", job.Id);
            writer.WriteAttributeString("type", Number((int)job.Type));
            writer.WriteAttributeString("phase", Number((int)job.Phase));
            writer.WriteAttributeString("disk", job.Target);
            writer.WriteAttributeString("top", Number(job.Top));
            writer.WriteAttributeString("base", Number(job.Base));
            writer.WriteAttributeString("sharesBacking", job.SharesBacking ? "yes" : "no");
            writer.WriteAttributeString("delete", job.Delete ? "yes" : "no");
            for (var i = 0; i < job.Mirror.Length; i++)
            {
                WriteLayer(writer, job.Mirror[i], job.MirrorNumbers[i]);
            }

            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }

    /// <summary>Reads them.</summary>
    /// <param name="element">The element; null when there is none.</param>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public static ImmutableArray<BlockJob> Read(XElement? element) => element is null ? [] : [.. element.Elements("job").Select(Job)];

    private static BlockJob Job(XElement job) => new()
    {
        Id = Text(job, "id"),
        Type = (DomainBlockJobType)Number(job, "type"),
        Phase = (BlockJobPhase)Number(job, "phase"),
        Target = Text(job, "disk"),
        Top = Number(job, "top"),
        Base = Number(job, "base"),
        SharesBacking = Text(job, "sharesBacking") == "yes",
        Delete = Text(job, "delete") == "yes",
        Mirror = [.. job.Elements("mirror").Select(Layer)],
        MirrorNumbers = [.. job.Elements("mirror").Select(m => Number(m, "number"))],
    };

    private static void WriteLayer(XmlWriter writer, ImageLayer layer, int number)
    {
        writer.WriteStartElement("mirror");
        writer.WriteAttributeString("number", Number(number));
        writer.WriteAttributeString("format", layer.Format.Name());
        writer.WriteAttributeString(layer.Location is BlockDeviceLocation ? "dev" : "file", layer.Location.LocalPath ?? throw Unreadable("a copy to what is no file"));
        writer.WriteEndElement();
    }

    private static ImageLayer Layer(XElement mirror) => new(
        mirror.Attribute("dev")?.Value is { } device ? new BlockDeviceLocation(device) : new FileLocation(Text(mirror, "file")),
        ImageFormats.FromName(Text(mirror, "format")) ?? throw Unreadable("an unknown format"));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Number(XElement element, string name) => int.Parse(Text(element, name), CultureInfo.InvariantCulture);

    private static string Text(XElement element, string name) => element.Attribute(name)?.Value ?? throw Unreadable($"an element without '{name}'");

    private static FormatException Unreadable(string what) => new($"the block jobs of a live state hold {what}");
}
