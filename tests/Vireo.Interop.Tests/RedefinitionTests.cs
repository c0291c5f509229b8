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
        var fed = new[] { "domainsnapshotxml2xmlin", "domainsnapshotxml2xmlout" }.SelectMany(folder => Corpus.Documents(folder, "domainsnapshot")).ToDictionary(d => d.Name, d => d.Xml, StringComparer.Ordinal);
        var known = fed.Values.Select(DomainSnapshotConfig.Parse).ToList();
        var changes = new RandomChange(known, RandomDomains.Vocabulary);
        string[] states = ["running", "paused", "shutoff", "disk-snapshot"];
        foreach (var (seed, domain) in await SavedDomainsAsync())
        {
            var random = new Random(seed);
            var snapshot = new DomainSnapshotConfig { Name = "s", State = states[random.Next(states.Length)], CreationTime = 1700000000, Disks = random.Next(2) == 0 ? [] : known[random.Next(known.Count)].Disks };
            for (var left = random.Next(3); left > 0; left--)
                snapshot = changes.Once(snapshot, random);
            fed[$"seed {seed}"] = (snapshot with { Domain = domain, InactiveDomain = null, Cookie = null }).ToXml();
        }

        await CompareAsync(fed);
    }

    [Fact]
    public async Task Checkpoints_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        CheckpointDisk[] disks = [new() { Name = "vda" }, new() { Name = "hda", Checkpoint = CheckpointMode.No }, new() { Name = "hda", Checkpoint = CheckpointMode.Bitmap, Bitmap = "b" }, new() { Name = "vdb", Size = 5 }];
        var changes = new RandomChange([new DomainCheckpointConfig { Disks = disks.ToConfigList(), Description = "d" }], RandomDomains.Vocabulary);
        var fed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (seed, domain) in await SavedDomainsAsync())
        {
            var random = new Random(seed);
            var checkpoint = new DomainCheckpointConfig { Name = "c", CreationTime = 1700000000 };
            for (var left = random.Next(4); left > 0; left--)
                checkpoint = changes.Once(checkpoint, random);
            fed[$"seed {seed}"] = (checkpoint with { Domain = domain }).ToXml();
        }

        await CompareAsync(fed);
    }

    // The domain as it is, or as it may have been when the snapshot was taken: libvirtd does not check it there, so that only those are taken that it lets be defined.
    private async Task<Dictionary<int, DomainConfig?>> SavedDomainsAsync()
    {
        var domain = DomainConfig.Parse(Domain);
        var saved = RandomDomains.Seeds(RandomDocuments).ToDictionary(seed => seed, seed => new Random(seed).Next(10) switch
        {
            0 => null,
            < 5 => domain,
            _ => RandomDomains.Changed(domain, new Random(seed)) with { Uuid = domain.Uuid, Name = domain.Name },
        });
        var changed = saved.Where(s => s.Value is not null).ToDictionary(s => $"{s.Key}", s => s.Value!.ToXml(), StringComparer.Ordinal);
        var answers = await DomainDefinition.AskAsync(await daemons.GetAsync(DaemonKind.Libvirtd), changed);
        return saved.Where(s => s.Value is null || answers.GetValueOrDefault($"{s.Key}") is { Code: null }).ToDictionary(s => s.Key, s => s.Value);
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
