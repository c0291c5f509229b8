using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Vireo.Config;
using Vireo.Drivers.Qemu.Backup;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.State;

/// <summary>The live state of a running domain as it lies in the run directory: enough for a new daemon to take the guest up.</summary>
/// <param name="Live">The live document.</param>
/// <param name="Id">The number of the run.</param>
/// <param name="State">The state when it was written.</param>
/// <param name="Reason">Why it was in that state.</param>
/// <param name="Process">The process that runs it.</param>
/// <param name="MonitorPath">Where its monitor listens.</param>
/// <param name="LastNode">The last number given to a block node.</param>
internal sealed record StatusDocument(DomainConfig Live, int Id, DomainState State, int Reason, ProcessIdentity Process, string MonitorPath, int LastNode)
{
    /// <summary>The block jobs under way.</summary>
    public ImmutableArray<BlockJob> Jobs { get; init; } = [];

    /// <summary>The backup under way; null when there is none.</summary>
    public RunningBackup? Backup { get; init; }

    /// <summary>How long the guest agent is waited for, in seconds; negative as in <c>virDomainAgentResponseTimeoutValues</c>.</summary>
    public int AgentTimeout { get; init; } = (int)DomainAgentResponseTimeoutValues.Block;

    /// <summary>What the process is still to get of the one before it.</summary>
    public ConfigList<DeferredResource> Deferred { get; init; }

    /// <summary>The file that the guest's memory is being written to; null when none is.</summary>
    public MemoryTransfer? Transfer { get; init; }

    /// <summary>The CPU it was started with, when QEMU made another of it.</summary>
    public CpuConfig? AskedCpu { get; init; }

    /// <summary>Its text.</summary>
    public string ToXml()
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, ConformanceLevel = ConformanceLevel.Fragment }))
        {
            writer.WriteStartElement("domstatus");
            writer.WriteAttributeString("state", Number((int)State));
            writer.WriteAttributeString("reason", Number(Reason));
            writer.WriteAttributeString("id", Number(Id));
            writer.WriteAttributeString("process", Process.ToString());
            writer.WriteStartElement("monitor");
            writer.WriteAttributeString("path", MonitorPath);
            writer.WriteAttributeString("type", "unix");
            writer.WriteEndElement();
            writer.WriteStartElement("blockNodes");
            writer.WriteAttributeString("last", Number(LastNode));
            writer.WriteEndElement();
            BlockJobElements.Write(writer, Jobs);
            if (Backup is not null)
            {
                writer.WriteStartElement("backup");
                writer.WriteAttributeString("started", Backup.Started.ToString(CultureInfo.InvariantCulture));
                writer.WriteAttributeString("reuse", Backup.Reuse ? "yes" : "no");
                writer.WriteRaw(Backup.Config.ToXml());
                writer.WriteEndElement();
            }

            writer.WriteElementString("agentTimeout", Number(AgentTimeout));
            foreach (var resource in Deferred)
            {
                writer.WriteStartElement("deferred");
                writer.WriteAttributeString("kind", resource.Kind.ToString());
                writer.WriteAttributeString("from", resource.From);
                writer.WriteAttributeString("to", resource.To);
                writer.WriteEndElement();
            }

            if (Transfer is not null)
            {
                writer.WriteStartElement("memoryTransfer");
                writer.WriteAttributeString("file", Transfer.Path);
                writer.WriteAttributeString("running", Transfer.WasRunning ? "yes" : "no");
                writer.WriteAttributeString("save", Transfer.IsSave ? "yes" : "no");
                writer.WriteEndElement();
            }

            if (AskedCpu is not null)
            {
                writer.WriteRaw("\n" + AskedCpu.ToXml());
            }

            writer.WriteRaw("\n" + Live.ToXml());
            writer.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    /// <summary>Reads the text.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: it is no such document.</exception>
    public static StatusDocument Parse(string xml, string path)
    {
        try
        {
            var root = XDocument.Parse(xml, LoadOptions.PreserveWhitespace).Root!;
            if (root.Name != "domstatus")
            {
                throw Bad(path, $"its root is '{root.Name}'");
            }

            return new StatusDocument(
                DomainConfig.Parse(root.Element("domain")!.ToString(SaveOptions.DisableFormatting)),
                Number(root.Attribute("id")),
                (DomainState)Number(root.Attribute("state")),
                Number(root.Attribute("reason")),
                ProcessIdentity.Parse(root.Attribute("process")!.Value) ?? throw Bad(path, "its process cannot be read"),
                root.Element("monitor")!.Attribute("path")!.Value,
                Number(root.Element("blockNodes")!.Attribute("last")))
            {
                Jobs = BlockJobElements.Read(root.Element(BlockJobElements.Name)),
                Backup = root.Element("backup") is { } backup ? BackupOf(backup) : null,
                AgentTimeout = root.Element("agentTimeout") is { } timeout ? int.Parse(timeout.Value, CultureInfo.InvariantCulture) : (int)DomainAgentResponseTimeoutValues.Block,
                Transfer = root.Element("memoryTransfer") is { } transfer ? TransferOf(transfer) : null,
                Deferred = [.. root.Elements("deferred").Select(Resource)],
                AskedCpu = root.Element("cpu") is { } cpu ? CpuConfig.Parse(cpu.ToString(SaveOptions.DisableFormatting)) : null,
            };
        }
        catch (Exception e) when (e is XmlException or NullReferenceException or FormatException)
        {
            throw Bad(path, e.Message);
        }
    }

    private static RunningBackup BackupOf(XElement element) => new(
        DomainBackupConfig.Parse(element.Element("domainbackup")!.ToString(SaveOptions.DisableFormatting)),
        long.Parse(element.Attribute("started")!.Value, CultureInfo.InvariantCulture),
        element.Attribute("reuse")!.Value == "yes");

    private static MemoryTransfer TransferOf(XElement element) =>
        new(element.Attribute("file")!.Value, element.Attribute("running")!.Value == "yes", element.Attribute("save")!.Value == "yes");

    private static DeferredResource Resource(XElement element)
    {
        var name = element.Attribute("kind")!.Value;
        var kind = name switch
        {
            nameof(DeferredKind.Socket) => DeferredKind.Socket,
            nameof(DeferredKind.Tap) => DeferredKind.Tap,
            nameof(DeferredKind.Vnc) => DeferredKind.Vnc,
            nameof(DeferredKind.Link) => DeferredKind.Link,
            _ => throw new FormatException($"a deferred resource is of kind '{name}'"),
        };
        return new DeferredResource(kind, element.Attribute("from")!.Value, element.Attribute("to")!.Value);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Number(XAttribute? attribute) => int.Parse(attribute!.Value, CultureInfo.InvariantCulture);

    private static VireoException Bad(string path, string why) => new(ErrorCode.XmlError, ErrorDomain.Qemu, $"live state '{path}' cannot be read: {why}");
}
