using System.Text.Json;
using Vireo.Config;
using Vireo.Config.Tests;

namespace Vireo.Interop.Tests;

/// <summary>Volumes that a real libvirtd makes in a directory are what our pure functions say, and it refuses what they refuse.</summary>
public sealed class VolumeDefinitionTests(DaemonPair daemons)
{
    private const int Sampling = 3;

    private static readonly string[] s_documents =
    [
        "<volume><name>v</name><capacity unit='KiB'>1024</capacity><allocation unit='bytes'>0</allocation><target><permissions><mode>0640</mode><owner>0</owner><group>0</group></permissions></target></volume>",
        "<volume type='file'><name>v</name><capacity>1048576</capacity><target><format type='qcow2'/><compat>1.1</compat><clusterSize unit='KiB'>128</clusterSize><features><lazy_refcounts/><extended_l2/></features></target></volume>",
        "<volume><name>v</name><capacity unit='M'>1</capacity><target><format type='qcow2'/></target><backingStore><path>/dev/null</path><format type='raw'/></backingStore></volume>",
    ];

    private const string Feed = """
        import json
        p = c.storagePoolCreateXML("<pool type='dir'><name>volumes</name><target><path>%s</path></target></pool>" % sys.argv[4], 0)
        said = {}
        try:
            for name, xml in json.load(open(sys.argv[2])):
                try:
                    v = p.createXML(xml, 0)
                    try: said[name] = {'Xml': v.XMLDesc(0)}
                    finally: v.delete(0)
                except libvirt.libvirtError as e:
                    said[name] = {'Code': e.get_error_code(), 'Message': e.get_error_message()}
        finally:
            p.destroy()
        json.dump(said, open(sys.argv[3], 'w'))
        """;

    [Fact]
    public async Task Volumes_are_what_libvirtd_makes_of_them()
    {
        var variations = s_documents.SelectMany((xml, i) => DocumentVariations.Of(xml).Select((v, j) => (Name: $"document {i} ({j} {v.What})", v.Xml)))
            .Where((_, i) => i % Sampling == 0).Where(v => !v.Name.Contains("''", StringComparison.Ordinal));
        var fed = s_documents.Select((xml, i) => (Name: $"document {i}", Xml: xml)).Concat(variations).ToList();
        var said = await AskAsync(fed);

        var wrong = fed.Select(v => (v.Name, Difference: Difference(v.Xml, said[v.Name]))).Where(d => d.Difference is not null).Select(d => $"{d.Name}: {d.Difference}");
        string.Join('\n', wrong).ShouldBeEmpty();
        said.Values.Count(s => s.Xml is not null).ShouldBeGreaterThan(20);
    }

    private async Task<Dictionary<string, Said>> AskAsync(List<(string Name, string Xml)> documents)
    {
        using var scratch = new ScratchDirectory("vv");
        Directory.CreateDirectory(scratch["pool"]);
        await File.WriteAllTextAsync(scratch["fed"], JsonSerializer.Serialize(documents.Select(d => new[] { d.Name, d.Xml })));
        var result = await Client.PythonAsync(await daemons.GetAsync(DaemonKind.Libvirtd), Feed, scratch["fed"], scratch["said"], scratch["pool"]);
        result.ExitCode.ShouldBe(0, result.ToString());
        return JsonSerializer.Deserialize<Dictionary<string, Said>>(await File.ReadAllTextAsync(scratch["said"]))!;
    }

    private static string? Difference(string xml, Said theirs)
    {
        try
        {
            var ours = StorageVolumeConfig.ParseDefinition(xml, StoragePoolType.Dir);
            return theirs.Xml is not null ? DocumentDifference.Find(Asked(ours).ToXml(), Asked(StorageVolumeConfig.Parse(theirs.Xml)).ToXml())
                : IsOfDocument(theirs) ? $"taken, libvirtd refuses it ({theirs.Code}: {theirs.Message})" : null;
        }
        catch (VireoException e)
        {
            return theirs.Xml is not null ? $"refused ({e.Message}), libvirtd takes it"
                : (int)e.Code == theirs.Code || !IsOfDocument(theirs) ? null : $"{(int)e.Code}: {e.Message}, libvirtd says {theirs.Code}: {theirs.Message}";
        }
    }

    // What a document asks for; the rest is what the file turned out to be.
    private static StorageVolumeConfig Asked(StorageVolumeConfig volume) => volume with
    {
        Key = null,
        Capacity = volume.Capacity is { Bytes: < 1 << 20 } ? null : volume.Capacity, // a small image is as large as its parts
        Allocation = null,
        Physical = null,
        Source = null,
        Target = volume.Target! with { Path = null, Timestamps = null, Permissions = null },
        BackingStore = volume.BackingStore is { } backing ? backing with { Permissions = null, Timestamps = null } : null,
    };

    // Not of QEMU's tools or the file system.
    private static bool IsOfDocument(Said said) => (ErrorCode)said.Code is ErrorCode.XmlError or ErrorCode.ConfigUnsupported or ErrorCode.Overflow;

    private sealed record Said(string? Xml, int Code, string? Message);
}
