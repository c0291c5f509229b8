using Vireo.Config;
using Vireo.Config.Tests;
using Vireo.Config.Tests.Generated;

namespace Vireo.Interop.Tests;

/// <summary>A snapshot or a checkpoint that is redefined in vireod is the one that libvirtd makes of the document, letter by letter, or is refused for the same reason.</summary>
public sealed class RedefinitionTests(DaemonPair daemons)
{
    private const int RandomDocuments = 300;

    private const string Domain = """
        <domain type='qemu'><name>redefined</name><uuid>3b1d8f5e-4f0b-4c43-9a63-6a4d1f0c7e01</uuid><memory unit='MiB'>64</memory><os><type machine='pc'>hvm</type></os><devices>
        <disk type='file'><driver name='qemu' type='qcow2'/><source file='/nowhere/a.qcow2'/><target dev='hda'/></disk>
        <disk type='file'><driver name='qemu' type='qcow2'/><source file='/nowhere/b.qcow2'/><target dev='vda'/></disk>
        <disk type='file' device='cdrom'><target dev='hdc'/></disk>
        <disk type='network'><driver name='qemu' type='raw'/><source protocol='nbd' name='n'><host name='h'/></source><target dev='vdb'/></disk></devices></domain>
        """;

    // libvirtd may have died of the document before this one.
    private const string Redefine = $$""""
        try: c.lookupByName('redefined').undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA)
        except libvirt.libvirtError: pass
        d = c.defineXML("""{{Domain}}""")
        METADATA_ONLY = 2
        def ask(xml):
            if xml.startswith('<domaincheckpoint'):
                made = d.checkpointCreateXML(xml, libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE)
                answer = {'Inactive': made.getXMLDesc(0), 'Secure': made.getXMLDesc(libvirt.VIR_DOMAIN_CHECKPOINT_XML_SECURE), 'Migratable': made.getXMLDesc(libvirt.VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN)}
            else:
                made = d.snapshotCreateXML(xml, libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE)
                answer = {'Inactive': made.getXMLDesc(0), 'Secure': made.getXMLDesc(libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE), 'Migratable': ''}
            made.delete(METADATA_ONLY)
            return answer

        """";

    [Fact]
    public async Task Snapshots_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var known = new[] { "domainsnapshotxml2xmlin", "domainsnapshotxml2xmlout" }.SelectMany(folder => Corpus.Documents(folder, "domainsnapshot")).ToDictionary(d => d.Name, d => d.Xml, StringComparer.Ordinal);
        var parsed = known.Values.Select(DomainSnapshotConfig.Parse).ToList();
        var changes = new RandomChange(parsed, RandomDomains.Vocabulary);
        string[] states = ["running", "paused", "shutoff", "disk-snapshot"];
        foreach (var seed in RandomDomains.Seeds(RandomDocuments))
        {
            var random = new Random(seed);
            var snapshot = new DomainSnapshotConfig { Name = "s", State = states[random.Next(states.Length)], CreationTime = 1700000000, Disks = random.Next(2) == 0 ? [] : parsed[random.Next(parsed.Count)].Disks };
            for (var left = random.Next(3); left > 0; left--)
                snapshot = changes.Once(snapshot, random);
            known[$"seed {seed}"] = (snapshot with { Domain = DomainOf(random) }).ToXml();
        }

        await CompareAsync(known);
    }

    [Fact]
    public async Task Checkpoints_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var changes = new RandomChange([new DomainCheckpointConfig { Disks = [new() { Name = "vda" }, new() { Name = "hda", Checkpoint = CheckpointMode.No }, new() { Name = "hda", Checkpoint = CheckpointMode.Bitmap, Bitmap = "b" }, new() { Name = "hdc", Size = 5 }] }], RandomDomains.Vocabulary);
        await CompareAsync(RandomDomains.Seeds(RandomDocuments).ToDictionary(
            seed => $"seed {seed}",
            seed =>
            {
                var random = new Random(seed);
                var checkpoint = new DomainCheckpointConfig { Name = "c", CreationTime = 1700000000 };
                for (var left = random.Next(4); left > 0; left--)
                    checkpoint = changes.Once(checkpoint, random);
                return (checkpoint with { Domain = DomainOf(random) }).ToXml();
            },
            StringComparer.Ordinal));
    }

    // A domain that may have been another one when the snapshot was taken.
    private static DomainConfig? DomainOf(Random random)
    {
        var domain = DomainConfig.Parse(Domain);
        return random.Next(10) switch
        {
            0 => null,
            < 5 => domain,
            _ => RandomDomains.Changed(domain, random) with { Uuid = domain.Uuid, Name = domain.Name },
        };
    }

    private async Task CompareAsync(Dictionary<string, string> fed)
    {
        var theirs = await DomainDefinition.AskAsync(await daemons.GetAsync(DaemonKind.Libvirtd), fed, Redefine);
        var outcome = new DefinitionOutcome(fed, theirs, await DomainDefinition.AskAsync(await daemons.GetAsync(DaemonKind.Vireod), fed, Redefine));
        outcome.Tell();
        outcome.ShareOfAccepted.ShouldBeGreaterThan(0.98);
        outcome.Accepted.ShouldBeGreaterThan(RandomDocuments / 3);
    }
}
