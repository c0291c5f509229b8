using System.Xml;
using System.Xml.Linq;
using Vireo.Config;
using Vireo.Config.Xml;

namespace Vireo.Drivers.Qemu;

/// <content>Titles, descriptions and applications' own data.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override ValueTask<string> DomainGetMetadataAsync(DomainRef dom, int type, string? uri, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, (DomainXMLFlags)3, "qemuDomainGetMetadata");
        var config = ConfigOf(Find(dom), (flags & 1) != 0, (flags & 2) != 0);
        var found = (DomainMetadataType)type switch
        {
            DomainMetadataType.Description => config.Description,
            DomainMetadataType.Title => config.Title,
            DomainMetadataType.Element => Elements(config.Metadata).FirstOrDefault(e => e.Name.NamespaceName == uri) is { } element ? Plain(element) : null,
            _ => throw VireoException.InvalidArgument(ErrorDomain.Domain, $"unknown metadata type '{type}'"),
        };
        return found is { } text
            ? ValueTask.FromResult(text)
            : throw new VireoException(ErrorCode.NoDomainMetadata, ErrorDomain.Domain, "Requested metadata element is not present");
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetMetadataAsync(DomainRef dom, int type, string? metadata, string? key, string? uri, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, (DomainXMLFlags)3, "qemuDomainSetMetadata");
        if (type == (int)DomainMetadataType.Title && metadata?.Contains('\n', StringComparison.Ordinal) == true)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Domain, "metadata title can't contain newlines");
        }

        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainSetMetadata", cancellationToken).ConfigureAwait(false);
        var view = domain.View;
        var current = (flags & 3) == 0;
        var live = (flags & 1) != 0 || (current && view.IsActive);
        var persistent = (flags & 2) != 0 || (current && !view.IsActive);
        _ = ConfigOf(domain, live, false);
        _ = ConfigOf(domain, false, persistent);
        DomainConfig Change(DomainConfig config) => WithMetadata(config, (DomainMetadataType)type, metadata, key, uri);
        var nextLive = live ? Change(view.Live!) : view.Live;
        var nextPersistent = persistent ? Change(view.Persistent!) : view.Persistent;
        if (persistent)
        {
            await Hypervisor.Files.SaveDefinitionAsync(nextPersistent!, cancellationToken).ConfigureAwait(false);
        }

        domain.Update(v => v with { Live = nextLive, Persistent = nextPersistent });
        if (live && domain.Process is { } process)
        {
            Hypervisor.SaveStatusSoon(domain, process);
        }

        domain.Publish(new DomainMetadataChangeEvent(domain.View.Ref, type, uri));
    }

    private static DomainConfig WithMetadata(DomainConfig config, DomainMetadataType type, string? text, string? key, string? uri)
    {
        var value = string.IsNullOrEmpty(text) ? null : text;
        switch (type)
        {
            case DomainMetadataType.Description:
                return config with { Description = value };
            case DomainMetadataType.Title:
                return config with { Title = value };
            case DomainMetadataType.Element when uri is not null:
                var elements = Elements(config.Metadata).Where(e => e.Name.NamespaceName != uri).ToList();
                if (value is not null)
                {
                    elements.Add(InNamespace(value, key ?? "", uri));
                }

                return config with { Metadata = elements.Count == 0 ? null : new XmlFragment($"<metadata>{string.Concat(elements.Select(e => $"\n    {ElementText.AsItIs(e)}"))}\n  </metadata>") };
            default:
                throw VireoException.InvalidArgument(ErrorDomain.Domain, $"unknown metadata type '{(int)type}'");
        }
    }

    private static List<XElement> Elements(XmlFragment? fragment)
    {
        if (fragment is null)
        {
            return [];
        }

        var root = XElement.Parse(fragment.Xml);
        return [.. root.Elements()];
    }

    private static XElement InNamespace(string xml, string key, string uri)
    {
        var element = XElement.Parse(XmlFragment.Parse(xml, "metadata_xml", ErrorDomain.Domain).Xml);
        if (key.Length == 0 || !key.All((c) => XmlConvert.IsNCNameChar(c)) || !XmlConvert.IsStartNCNameChar(key[0]))
        {
            throw VireoException.Internal(ErrorDomain.Xml, "failed to validate prefix for a new XML namespace");
        }

        XNamespace space = uri;
        foreach (var each in element.DescendantsAndSelf().Where(e => e.Name.Namespace == XNamespace.None))
        {
            each.Name = space + each.Name.LocalName;
        }

        element.SetAttributeValue(XNamespace.Xmlns + key, uri);
        return element;
    }

    // As it was given: without the namespace that storing it added.
    private static string Plain(XElement element)
    {
        var copy = new XElement(element);
        var space = copy.Name.Namespace;
        foreach (var each in copy.DescendantsAndSelf())
        {
            each.Attributes().Where(a => a.IsNamespaceDeclaration && a.Value == space.NamespaceName).Remove();
            each.Name = each.Name.Namespace == space ? each.Name.LocalName : each.Name;
        }

        return ElementText.AsItIs(copy);
    }
}
