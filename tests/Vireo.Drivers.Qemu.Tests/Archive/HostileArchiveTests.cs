using System.Formats.Tar;
using System.Text;
using Vireo.Config;
using Vireo.Drivers.Qemu.Tests.Block;

namespace Vireo.Drivers.Qemu.Tests.Archive;

/// <summary>Archives that were made to do harm, or came to harm: refused with the reason, and neither a file nor a domain is left.</summary>
public sealed class HostileArchiveTests
{
    private static readonly Func<byte[], byte[]> s_flip = bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];

    [Fact]
    public async Task Entries_that_are_no_files_of_an_archive()
    {
        await using var scene = await ArchiveScene.CreateAsync();
        foreach (var name in new[] { "../evil", "/evil", "files/../../evil", "files/99", "domain.xml", "files/1" })
        {
            await RefusedAsync(scene, scene.WithEntries(e => e.Insert(0, (name, [1]))), name is "domain.xml" or "files/1" ? "comes twice" : "is not in its manifest");
        }

        await RefusedAsync(scene, scene.WithEntries(e => e.Add(("files/99", [1]))), "something comes after its manifest");
        await RefusedAsync(scene, scene.WithEntries(e => e.RemoveAt(1)), "or it is not there");
        await RefusedAsync(scene, scene.WithEntries(e => e.RemoveAt(e.Count - 1)), "it has no manifest at its end");
        foreach (var type in new[] { TarEntryType.SymbolicLink, TarEntryType.HardLink })
        {
            await RefusedAsync(scene, scene.Written(tar => tar.WriteEntry(new PaxTarEntry(type, "files/1") { LinkName = "/etc/passwd" })), $"is a {type}, not a file");
        }

        await RefusedAsync(scene, scene.Written(tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "files/1"))), "is a Directory, not a file");
        await RefusedAsync(scene, scene.Written(tar => tar.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["a"] = "b" }))), "is a GlobalExtendedAttributes, not a file");
    }

    [Fact]
    public async Task Archives_that_are_cut_short_or_damaged()
    {
        await using var scene = await ArchiveScene.CreateAsync();
        var whole = await File.ReadAllBytesAsync(scene.Archive);
        foreach (var length in new[] { 0, 1, 511, 512, 1000, 1536, 5000, whole.Length / 2, whole.Length - 4096 })
        {
            await File.WriteAllBytesAsync(scene["hostile.tar"], whole[..length]);
            await RefusedAsync(scene, scene["hostile.tar"], "cannot be used");
        }

        await File.WriteAllBytesAsync(scene["hostile.tar"], [.. Enumerable.Repeat((byte)'x', 10_000)]);
        await RefusedAsync(scene, scene["hostile.tar"], "cannot be used");
        foreach (var name in new[] { "domain.xml", "snapshots/2.xml", "files/1", "files/5" })
        {
            await RefusedAsync(scene, scene.WithEntries(e => e[e.FindIndex(i => i.Name == name)] = (name, s_flip(e.Find(i => i.Name == name).Content))), $"entry '{name}': it does not have the digest");
        }

        // A header that promises two gigabytes of attributes.
        var header = whole[..512];
        header[156] = (byte)'x';
        Encoding.ASCII.GetBytes("17700000000\0").CopyTo(header, 124);
        Encoding.ASCII.GetBytes("        ").CopyTo(header, 148);
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        await File.WriteAllBytesAsync(scene["hostile.tar"], [.. header, .. new byte[200_000]]);
        await RefusedAsync(scene, scene["hostile.tar"], "a header of it is larger than 65536 bytes");
    }

    [Theory]
    [InlineData("2\n0\n512\n", "ends too early")]
    [InlineData("1\n0\n99999999\n", "goes beyond the file's end")]
    [InlineData("2\n4096\n512\n0\n512\n", "out of order")]
    [InlineData("1\n0\n512\n", "more or less than there is")]
    [InlineData("1\n0\n-5\n", "no list of numbers")]
    [InlineData("1\n0\n9999999999999999999\n", "too large")]
    [InlineData("999999999\n", "more than 262144 parts")]
    [InlineData("\n", "no list of numbers")]
    public async Task Lists_of_data_that_lie(string list, string reason)
    {
        await using var scene = await ArchiveScene.CreateAsync();
        byte[] Changed(byte[] _) => [.. Encoding.ASCII.GetBytes(list).Concat(new byte[512]).Take(reason == "ends too early" ? list.Length : 512)];
        await RefusedAsync(scene, scene.WithContent("files/1", Changed), reason);
    }

    [Fact]
    public async Task Manifests_that_lie()
    {
        await using var scene = await ArchiveScene.CreateAsync();
        string Entry(Func<SnapshotArchiveEntry, SnapshotArchiveEntry> change, string name = "files/2") =>
            scene.WithManifest(m => m with { Entries = m.Entries.Map(e => e.Name == name ? change(e) : e) });

        await RefusedAsync(scene, scene.WithManifest(m => m with { Version = 2 }), "it is of version 2");
        await RefusedAsync(scene, scene.WithManifest(m => m with { CurrentSnapshot = "none" }), "none of that name");
        await RefusedAsync(scene, scene.WithManifest(m => m with { Entries = m.Entries.Add(m.Entries[0]) }), "its manifest tells of 'domain.xml'");
        await RefusedAsync(scene, Entry(e => e with { Size = ulong.MaxValue }), "is too large");
        await RefusedAsync(scene, Entry(e => e with { Size = 1 }, "domain.xml"), "not as long as its manifest tells");
        await RefusedAsync(scene, Entry(e => e with { Name = "../2" }), "where 'files/2' should be");
        await RefusedAsync(scene, Entry(e => e with { Kind = SnapshotArchiveKind.Snapshot }), "should be");
        await RefusedAsync(scene, Entry(e => e with { Format = "vmdk" }), "of format 'vmdk'");
        await RefusedAsync(scene, Entry(e => e with { Base = "files/5" }), "an image stands on one before it");
        await RefusedAsync(scene, Entry(e => e with { Base = "files/2" }), "an image stands on one before it");
        await RefusedAsync(scene, Entry(e => e with { Paths = [] }), "has none and is a file");
        await RefusedAsync(scene, Entry(e => e with { Paths = ["relative"] }), "is not absolute");
        await RefusedAsync(scene, Entry(e => e with { Paths = ["/images/../etc/evil"] }), "must name it directly");
        await RefusedAsync(scene, Entry(e => e with { Paths = ["/images/.."] }), "must name it directly");
    }

    [Fact]
    public async Task Documents_that_name_what_is_not_in_the_archive()
    {
        await using var scene = await ArchiveScene.CreateAsync();
        var top = scene["images/a.s1"];
        await RefusedAsync(scene, scene.WithDocument("domain.xml", d => d.Replace(top, "/etc/passwd", StringComparison.Ordinal)), "its documents name '/etc/passwd', which is not in it");
        await RefusedAsync(scene, scene.WithDocument("snapshots/1.xml", d => d.Replace(scene["images/a.qcow2"], "/etc/passwd", StringComparison.Ordinal)), "its documents name '/etc/passwd'");
        await RefusedAsync(scene, scene.WithDocument("domain.xml", d => d.Replace("type='qcow2'", "type='raw'", StringComparison.Ordinal)), "in another format");
        await RefusedAsync(scene, scene.WithDocument("snapshots/1.xml", d => d.Replace("<name>i0<", "<name>../i0<", StringComparison.Ordinal)), "can't contain '/'");
        await RefusedAsync(scene, scene.WithDocument("domain.xml", d => d.Replace("<name>guest<", "<name>../guest<", StringComparison.Ordinal)), "cannot contain '/'");
        await RefusedAsync(scene, scene.WithDocument("snapshots/2.xml", d => d.Replace("<name>s1<", "<name>i0<", StringComparison.Ordinal)), "it has snapshot 'i0' twice");
        await RefusedAsync(scene, scene.WithDocument("snapshots/2.xml", d => d.Replace("<memory snapshot='no'/>", "<memory snapshot='external' file='/etc/passwd'/>", StringComparison.Ordinal)), "which is not in it");

        // An overlay that was made by a snapshot goes with it: it must not be anybody else's file.
        await File.WriteAllTextAsync(scene["victim"], "mine");
        var domain = await scene.ImportAsync(scene.WithDocument("snapshots/2.xml", d => d.Replace(top, scene["victim"], StringComparison.Ordinal)));
        scene.To.Domain(domain).Snapshots.Find("s1").Config.Disks.Select(d => d.Source?.File).ShouldBe([null, Path.Combine(scene.Target, "b.s1")]);
    }

    [Fact]
    public async Task Images_that_name_files_of_the_host()
    {
        await using var scene = await ArchiveScene.CreateAsync();
        await File.WriteAllBytesAsync(scene["victim.raw"], new byte[1 << 20]);
        TemporaryDirectory.QemuImg("create", "-q", "-f", "qcow2", "-F", "raw", "-b", scene["victim.raw"], scene["evil"]);
        byte[] evil = [.. Encoding.ASCII.GetBytes($"1\n0\n{new FileInfo(scene["evil"]).Length}\n".PadRight(512, '\0')), .. await File.ReadAllBytesAsync(scene["evil"])];
        var manifest = SnapshotArchiveConfig.Parse(Encoding.UTF8.GetString(scene.Entries()[^1].Content));
        var overlay = manifest.Entries.First(e => e.Paths.Any(p => p == scene["images/a.qcow2"]));

        // What it says of its base gives way to what the manifest says.
        await scene.ImportAsync(scene.WithContent(overlay.Name!, _ => evil));
        TemporaryDirectory.QemuImg("info", "--backing-chain", Path.Combine(scene.Target, "a.qcow2")).ShouldNotContain("victim");
        await scene.To.Connection.DomainUndefineFlagsAsync(scene.Domain, (uint)DomainUndefineFlags.SnapshotsMetadata, default);
        Directory.Delete(scene.Target, recursive: true);
        Directory.CreateDirectory(scene.Target);

        var path = scene.WithContent(overlay.Name!, _ => evil);
        File.Move(path, scene.Archive, overwrite: true);
        await RefusedAsync(scene, scene.WithManifest(m => m with { Entries = m.Entries.Map(e => e.Name == overlay.Name ? e with { Base = null } : e) }), "stands on something else than its manifest tells");
        TemporaryDirectory.QemuImg("create", "-q", "-f", "qcow2", "-o", $"data_file={scene["data"]}", scene["evil2"], "1M");
        byte[] apart = [.. Encoding.ASCII.GetBytes($"1\n0\n{new FileInfo(scene["evil2"]).Length}\n".PadRight(512, '\0')), .. await File.ReadAllBytesAsync(scene["evil2"])];
        await RefusedAsync(scene, scene.WithContent(overlay.Name!, _ => apart), "has its data in another file");
    }

    [Fact]
    public async Task Names_identities_and_places_that_are_taken_or_not_allowed()
    {
        await using var scene = await ArchiveScene.CreateAsync();
        await RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync(scene.Archive, null, null, 0, default), "holds neither the archive nor images of domains: say with --directory");
        await RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync(scene.Archive, null, scene["nowhere"], 0, default), "No such file or directory");
        await RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync(scene.Archive, null, "relative", 0, default), "must be an absolute path");
        await RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync(scene.Archive, "", scene.Target, 0, default), "must have a name");
        await RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync(scene["nothere"], null, scene.Target, 0, default), "No such file or directory");
        await RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync(scene.Target, null, scene.Target, 0, default), "is no regular file");
        await RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync("archive.tar", null, scene.Target, 0, default), "must be an absolute path");
        await RefusedAsync(scene, () => scene.From.Connection.VireoDomainSnapshotImportAsync(scene.Archive, null, scene.Target, 0, default), "domain 'guest' already exists with uuid");
        var other = await scene.To.DefineAsync("guest");
        await RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync(scene.Archive, null, scene.Target, 0, default), "domain 'guest' already exists with uuid", domains: 1);
        await scene.To.Connection.DomainUndefineAsync(other, default);
        await scene.To.Connection.DomainDefineXmlAsync(Lifecycle.ScratchHypervisor.Document("other").Replace("<name>", $"<uuid>{scene.Domain.Uuid}</uuid><name>", StringComparison.Ordinal), default);
        await RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync(scene.Archive, null, scene.Target, 0, default), "domain 'other' is already defined with uuid", domains: 1);
        await File.WriteAllTextAsync(Path.Combine(scene.Target, "b.s1"), "mine");
        await Should.ThrowAsync<VireoException>(async () => await scene.ImportAsync(name: "new"));
        Directory.EnumerateFiles(scene.Target).ShouldBe([Path.Combine(scene.Target, "b.s1")]);
        (await File.ReadAllTextAsync(Path.Combine(scene.Target, "b.s1"))).ShouldBe("mine");
    }

    private static Task RefusedAsync(ArchiveScene scene, string archive, string reason) => RefusedAsync(scene, () => scene.To.Connection.VireoDomainSnapshotImportAsync(archive, null, scene.Target, 0, default), reason);

    private static async Task RefusedAsync(ArchiveScene scene, Func<ValueTask<DomainRef>> import, string reason, int domains = 0)
    {
        var refused = await Should.ThrowAsync<VireoException>(async () => await import());
        refused.Message.ShouldContain(reason);
        Directory.EnumerateFileSystemEntries(scene.Target).ShouldBeEmpty();
        scene.To.Hypervisor.Domains.All.Count().ShouldBe(domains);
        Directory.EnumerateFiles(scene.To.Paths.QemuJournal).ShouldBeEmpty();
        Directory.EnumerateFiles(scene.To.Paths.QemuSnapshots, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }
}
