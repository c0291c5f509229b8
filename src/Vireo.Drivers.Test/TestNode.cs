using System.Xml;
using Vireo.Config;

namespace Vireo.Drivers.Test;

/// <summary>What a <c>&lt;node&gt;</c> document says: the pretended host and its domains.</summary>
/// <param name="Domains">The domains; those that carry an id or a run state run.</param>
/// <param name="Cpus">The host's processors.</param>
internal sealed record TestNode(IReadOnlyList<TestNodeDomain> Domains, TestNodeCpus Cpus)
{
    /// <summary>The longest file taken.</summary>
    public const int MaxSize = 16 << 20;

    /// <summary>Reads a node document. A domain's <c>file</c> attribute names a file beside it.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL.</exception>
    public static TestNode Parse(string xml, string directory)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxSize, IgnoreComments = true };
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), settings);
            reader.MoveToContent();
            if (reader.LocalName != "node")
            {
                throw new VireoException(ErrorCode.XmlError, ErrorDomain.Test, $"Root element is '{reader.LocalName}', expecting 'node'");
            }

            return Read(reader, directory);
        }
        catch (XmlException e)
        {
            throw new VireoException(ErrorCode.XmlDetail, ErrorDomain.Test, $"line {e.LineNumber}, column {e.LinePosition}: {e.Message}", e);
        }
    }

    private static TestNode Read(XmlReader reader, string directory)
    {
        var domains = new List<TestNodeDomain>();
        var cpus = TestNodeCpus.Default;
        reader.ReadStartElement();
        while (reader.MoveToContent() == XmlNodeType.Element)
        {
            switch (reader.LocalName)
            {
                case "domain":
                    domains.Add(Domain(reader, directory));
                    break;
                case "cpu":
                    cpus = TestNodeCpus.Read(reader.ReadOuterXml());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new TestNode(domains, cpus);
    }

    private static TestNodeDomain Domain(XmlReader reader, string directory)
    {
        var file = reader.GetAttribute("file");
        var text = reader.ReadOuterXml();
        var config = DomainConfig.Parse(file is null ? text : File.ReadAllText(Path.Combine(directory, file)));
        return new TestNodeDomain(config, config.Id is not null || file is null);
    }
}

/// <summary>A domain of a node.</summary>
/// <param name="Config">Its document.</param>
/// <param name="Running">Whether it runs.</param>
internal sealed record TestNodeDomain(DomainConfig Config, bool Running);

/// <summary>The pretended host's processors.</summary>
internal sealed record TestNodeCpus(string Model, int Mhz, int Nodes, int Sockets, int Cores, int Threads, int Active)
{
    /// <summary>libvirt's test host.</summary>
    public static TestNodeCpus Default { get; } = new("i686", 1400, 2, 2, 2, 2, 16);

    /// <summary>Reads a <c>&lt;cpu&gt;</c> of a node.</summary>
    public static TestNodeCpus Read(string xml)
    {
        using var reader = XmlReader.Create(new StringReader(xml));
        var cpus = Default;
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element && reader.Depth == 1)
            {
                var name = reader.LocalName;
                var text = reader.ReadElementContentAsString();
                cpus = name switch
                {
                    "model" => cpus with { Model = text },
                    "mhz" => cpus with { Mhz = Number(name, text) },
                    "nodes" => cpus with { Nodes = Number(name, text) },
                    "sockets" => cpus with { Sockets = Number(name, text) },
                    "cores" => cpus with { Cores = Number(name, text) },
                    "threads" => cpus with { Threads = Number(name, text) },
                    "active" => cpus with { Active = Number(name, text) },
                    _ => cpus,
                };
            }
        }

        return cpus;
    }

    private static int Number(string name, string text) => int.TryParse(text, out var number) && number is > 0 and < 100_000
        ? number
        : throw new VireoException(ErrorCode.XmlError, ErrorDomain.Test, $"node cpu {name} '{text}' is no count");
}
