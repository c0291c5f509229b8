using System.Xml.Linq;
using Vireo.Drivers.Qemu.Tests.Block;

namespace Vireo.Drivers.Qemu.Tests.Archive;

/// <summary>What a domain with its snapshots is on another host.</summary>
public sealed class SnapshotArchiveTests
{
    [Fact]
    public async Task Everything_arrives_elsewhere_and_every_snapshot_can_be_gone_back_to()
    {
        await using var scene = await ArchiveScene.CreateAsync();
        File.GetUnixFileMode(scene.Archive).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var imported = await scene.ImportAsync();

        imported.ShouldBe(scene.Domain);
        Names(scene.Target).ShouldBe(["a.qcow2", "a.s1", "b.qcow2", "b.s1", "base.raw"]);
        var domain = scene.To.Domain(imported);
        domain.Snapshots.Tree.All.Select(s => (s.Name, s.Parent)).ShouldBe([("i0", null), ("s1", "i0")]);
        domain.Snapshots.Tree.CurrentName.ShouldBe("s1");
        foreach (var image in Names(scene.Target))
        {
            var format = image == "base.raw" ? "raw" : "qcow2";
            TemporaryDirectory.QemuImg("compare", "-f", format, "-F", format, Path.Combine(scene["images"], image), Path.Combine(scene.Target, image));
        }

        TemporaryDirectory.QemuImg("info", Path.Combine(scene.Target, "a.s1")).ShouldContain("name: mark");

        // What it says after the daemon was away is what it said before; nothing of it names the old place.
        await scene.To.RestartAsync();
        domain = scene.To.Domain(imported);
        domain.View.Persistent!.ToXml().ShouldNotContain(scene["images"]);
        domain.Snapshots.Tree.All.ShouldAllBe(s => !s.ToXml().Contains(scene["images"], StringComparison.Ordinal));
        Directory.Move(scene["images"], scene["away"]);
        await RevertAsync(scene, imported, "i0");
        Sample(scene, imported).ShouldBe("11 00 0b");
        await RevertAsync(scene, imported, "s1");
        Sample(scene, imported).ShouldBe("11 22 0b");
    }

    [Fact]
    public async Task With_another_name_it_is_another_domain_in_every_document()
    {
        await using var scene = await ArchiveScene.CreateAsync();

        var imported = await scene.From.Connection.VireoDomainSnapshotImportAsync(scene.Archive, "two", scene.Target, 0, default);

        imported.Name.ShouldBe("two");
        imported.Uuid.ShouldNotBe(scene.Domain.Uuid);
        var domain = scene.From.Domain(imported);
        domain.Snapshots.Tree.All.Select(s => (s.Config.Domain!.Name, s.Config.Domain.Uuid)).Distinct().ShouldBe([("two", imported.Uuid)]);
        await scene.From.Connection.DomainRevertToSnapshotAsync(new DomainSnapshotRef("s1", imported), 0, default);
        await scene.From.Connection.DomainRevertToSnapshotAsync(new DomainSnapshotRef("i0", scene.Domain), 0, default);
    }

    [Fact]
    public async Task Places_stay_the_same_where_the_archive_lies_among_them()
    {
        await using var scene = await ArchiveScene.CreateAsync();
        File.Move(scene.Archive, scene["images/archive.tar"]);
        var taken = await Should.ThrowAsync<VireoException>(async () => await scene.To.Connection.VireoDomainSnapshotImportAsync(scene["images/archive.tar"], null, null, 0, default));
        taken.Message.ShouldContain("exists already");
        foreach (var image in Names(scene["images"]).Where(n => n != "archive.tar"))
        {
            File.Delete(Path.Combine(scene["images"], image));
        }

        var imported = await scene.To.Connection.VireoDomainSnapshotImportAsync(scene["images/archive.tar"], null, null, 0, default);

        Names(scene["images"]).ShouldBe(["a.qcow2", "a.s1", "archive.tar", "b.qcow2", "b.s1", "base.raw"]);
        TemporaryDirectory.QemuImg("info", scene["images/b.qcow2"]).ShouldContain("backing file: base.raw (", customMessage: "a relative name that holds stays");
        await RevertAsync(scene, imported, "i0");
    }

    [Fact]
    public async Task Archive_is_a_tar_that_other_programs_unpack_and_holes_take_no_room_in_it()
    {
        await using var scene = await ArchiveScene.CreateAsync();

        ArchiveScene.Run("tar", "-xf", scene.Archive, "-C", scene.Target);

        var manifest = XDocument.Load(Path.Combine(scene.Target, "manifest.xml"));
        var files = manifest.Descendants("entry").Where(e => e.Element("path") is not null).ToList();
        files.Count.ShouldBe(5);
        foreach (var file in files)
        {
            var unpacked = Path.Combine(scene.Target, file.Attribute("name")!.Value);
            ArchiveScene.Run("cmp", unpacked, file.Element("path")!.Value);
        }

        var raw = files.Single(f => f.Attribute("format")!.Value == "raw");
        raw.Attribute("size")!.Value.ShouldBe("16777216");
        scene.Entries().Single(e => e.Name == raw.Attribute("name")!.Value).Content.Length.ShouldBeLessThan(128 << 10);
    }

    [Fact]
    public async Task What_cannot_be_exported_is_refused_and_leaves_no_file()
    {
        await using var scene = await ArchiveScene.CreateAsync();
        string[] before = [.. Directory.EnumerateFileSystemEntries(scene["."]).Order()];
        async Task RefusedAsync(string path, string reason, ErrorCode code)
        {
            var refused = await Should.ThrowAsync<VireoException>(async () => await scene.From.Connection.VireoDomainSnapshotExportAsync(scene.Domain, path, 0, default));
            (refused.Code, refused.Message).ShouldBe((code, refused.Message));
            refused.Message.ShouldContain(reason);
            Directory.EnumerateFileSystemEntries(scene["."]).Order().ShouldBe(before);
        }

        await RefusedAsync(scene.Archive, "File exists", ErrorCode.SystemError);
        await RefusedAsync("relative.tar", "must be an absolute path", ErrorCode.InvalidArg);
        await RefusedAsync(scene["nowhere/new.tar"], "No such file or directory", ErrorCode.SystemError);
        await scene.From.Connection.DomainCreateWithFlagsAsync(scene.Domain, (uint)DomainCreateFlags.StartPaused, default);
        await RefusedAsync(scene["new.tar"], "domain 'guest' is active, so its images do not stand still", ErrorCode.OperationInvalid);
        await scene.From.Connection.DomainDestroyAsync(scene.Domain, default);
        await scene.From.StateAsync(scene.Domain, DomainState.Shutoff);
        File.Move(scene["images/b.qcow2"], scene["images/away"]);
        await RefusedAsync(scene["new.tar"], "b.qcow2", ErrorCode.SystemError);
        File.Move(scene["images/away"], scene["images/b.qcow2"]);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        await Should.ThrowAsync<OperationCanceledException>(async () => await scene.From.Connection.VireoDomainSnapshotExportAsync(scene.Domain, scene["new.tar"], 0, cancelled.Token));
        Directory.EnumerateFileSystemEntries(scene["."]).Order().ShouldBe(before);
    }

    private static async Task RevertAsync(ArchiveScene scene, DomainRef domain, string snapshot) =>
        await scene.To.Connection.DomainRevertToSnapshotAsync(new DomainSnapshotRef(snapshot, domain), 0, default);

    private static string[] Names(string directory) => [.. Directory.EnumerateFiles(directory).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    /// <summary>The first bytes of the first two MiB of vda, and one that only the base has.</summary>
    private static string Sample(ArchiveScene scene, DomainRef domain)
    {
        var top = scene.To.Domain(domain).View.Persistent!.Devices.Disks[0].Source!.File!;
        TemporaryDirectory.QemuImg("convert", "-f", "qcow2", "-O", "raw", top, scene["sample.raw"]);
        var bytes = File.ReadAllBytes(scene["sample.raw"]);
        return $"{bytes[0]:x2} {bytes[1 << 20]:x2} {bytes[8 << 20]:x2}";
    }
}
