namespace Vireo.Config.Tests;

/// <summary>Documents with every part of their kind: every part has a member that stands for it, nothing is lost, and what is defined stays so.</summary>
public sealed class WholeDocumentTests
{
    [Fact]
    public void Cpus() => Check("cpu", CpuConfig.ParseValidated, d => d.ToXml(), d => d);

    [Fact]
    public void Networks() => Check("network", NetworkConfig.ParseValidated, d => d.ToXml(), d => d.ToDefinition());

    [Fact]
    public void Network_ports() => Check("networkport", NetworkPortConfig.ParseValidated, d => d.ToXml(), d => d.ToDefinition());

    [Fact]
    public void Pools() => Check("pool", StoragePoolConfig.ParseValidated, d => d.ToXml(), d => d.ToDefinition());

    [Fact]
    public void Pool_capabilities() => Check("storagepoolCapabilities", StoragePoolCapabilitiesConfig.ParseValidated, d => d.ToXml(), d => d);

    [Fact]
    public void Volumes() => Check("volume", StorageVolumeConfig.ParseValidated, d => d.ToXml(), d => d.ToDefinition(StoragePoolType.Dir));

    [Fact]
    public void Secrets() => Check("secret", SecretConfig.ParseValidated, d => d.ToXml(), d => d.ToDefinition());

    [Fact]
    public void Host_interfaces() => Check("interface", HostInterfaceConfig.ParseValidated, d => d.ToXml(), d => d);

    [Fact]
    public void Node_devices() => Check("device", NodeDeviceConfig.ParseValidated, d => d.ToXml(), d => d);

    [Fact]
    public void Filters() => Check("filter", FilterConfig.ParseValidated, d => d.ToXml(), d => d.ToDefinition());

    [Fact]
    public void Filter_bindings() => Check("filterbinding", FilterBindingConfig.ParseValidated, d => d.ToXml(), d => d.ToDefinition());

    private static void Check<T>(string kind, Func<string, T> parse, Func<T, string> format, Func<T, T> define)
    {
        var documents = WholeDocuments.Of(kind).ToList();
        documents.ShouldNotBeEmpty();
        foreach (var (name, xml) in documents)
        {
            var document = parse(xml);
            var written = format(document);
            parse(written).ShouldBe(document, name);
            XmlParts.Missing(xml, written).ShouldBeNull(name);

            var defined = define(document);
            define(parse(format(defined))).ShouldBe(defined, name);
        }
    }
}
