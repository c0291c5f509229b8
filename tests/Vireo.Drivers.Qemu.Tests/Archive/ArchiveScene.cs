using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using Vireo.Config;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Drivers.Qemu.Tests.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.Archive;

/// <summary>
/// A domain of two disks that share a base, with an internal snapshot i0 and an external s1 after it, exported; and a second host that has nothing.
/// </summary>
internal sealed class ArchiveScene : IAsyncDisposable
{
    private readonly TemporaryDirectory _files = new();

    private ArchiveScene(ScratchHypervisor from, ScratchHypervisor to) => (From, To) = (from, to);

    public ScratchHypervisor From { get; }

    public ScratchHypervisor To { get; }

    public string this[string name] => _files[name];

    public string Archive => this["archive.tar"];

    public string Target => this["target"];

    public DomainRef Domain { get; private set; }

    public static async Task<ArchiveScene> CreateAsync()
    {
        var scene = new ArchiveScene(await ScratchHypervisor.StartAsync(), await ScratchHypervisor.StartAsync());
        Directory.CreateDirectory(scene["images"]);
        Directory.CreateDirectory(scene.Target);
        TemporaryDirectory.QemuImg("create", "-q", "-f", "raw", scene["images/base.raw"], "16M");
        Write("raw", scene["images/base.raw"], "write -P 0x0b 8M 64k");
        foreach (var disk in new[] { "a", "b" })
        {
            TemporaryDirectory.QemuImg("create", "-q", "-f", "qcow2", "-F", "raw", "-b", "base.raw", scene[$"images/{disk}.qcow2"]);
            Write("qcow2", scene[$"images/{disk}.qcow2"], "write -P 0x11 0 1M");
        }

        var devices = string.Concat(new[] { ("a", "vda"), ("b", "vdb") }.Select(d =>
            $"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{scene[$"images/{d.Item1}.qcow2"]}'/><target dev='{d.Item2}' bus='virtio'/></disk>"));
        scene.Domain = await scene.From.DefineAsync("guest", devices);
        await scene.SnapshotAsync("<name>i0</name>", 0);
        Write("qcow2", scene["images/a.qcow2"], "write -P 0x22 1M 1M");
        await scene.SnapshotAsync("<name>s1</name>", DomainSnapshotCreateFlags.DiskOnly);
        Write("qcow2", scene["images/a.s1"], "write -P 0x33 0 1M");
        TemporaryDirectory.QemuImg("bitmap", "--add", scene["images/a.s1"], "mark");
        await scene.From.Connection.VireoDomainSnapshotExportAsync(scene.Domain, scene.Archive, 0, default);
        return scene;
    }

    public static void Write(string format, string image, string command) => Run("qemu-io", "-f", format, "-c", command, image);

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {output}{error.Result}");
        return output;
    }

    public async Task SnapshotAsync(string content, DomainSnapshotCreateFlags flags) =>
        await From.Connection.DomainSnapshotCreateXmlAsync(Domain, $"<domainsnapshot>{content}</domainsnapshot>", (uint)flags, default);

    /// <summary>Imports on the second host, into <see cref="Target"/>.</summary>
    public async Task<DomainRef> ImportAsync(string? archive = null, string? name = null) =>
        await To.Connection.VireoDomainSnapshotImportAsync(archive ?? Archive, name, Target, 0, default);

    /// <summary>The entries of the archive, in order.</summary>
    public List<(string Name, byte[] Content)> Entries()
    {
        using var tar = new TarReader(File.OpenRead(Archive));
        var entries = new List<(string, byte[])>();
        while (tar.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            entries.Add((entry.Name, content.ToArray()));
        }

        return entries;
    }

    /// <summary>The archive with another manifest.</summary>
    public string WithManifest(Func<SnapshotArchiveConfig, SnapshotArchiveConfig> change) => WithEntries(entries =>
    {
        var manifest = SnapshotArchiveConfig.Parse(Encoding.UTF8.GetString(entries[^1].Content));
        entries[^1] = (entries[^1].Name, Encoding.UTF8.GetBytes(change(manifest).ToXml()));
    });

    /// <summary>The archive with the text of a document, and its digest, changed.</summary>
    public string WithDocument(string name, Func<string, string> change) => WithContent(name, bytes => Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(bytes))));

    /// <summary>The archive with the bytes of an entry, and its digest, changed.</summary>
    public string WithContent(string name, Func<byte[], byte[]> change) => WithEntries(entries =>
    {
        var index = entries.FindIndex(e => e.Name == name);
        var changed = change(entries[index].Content);
        changed.ShouldNotBe(entries[index].Content);
        entries[index] = (name, changed);
        var manifest = SnapshotArchiveConfig.Parse(Encoding.UTF8.GetString(entries[^1].Content));
        var sum = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(changed));
        manifest = manifest with
        {
            Entries = manifest.Entries.Map(e => e.Name == name ? e with { Sha256 = sum, Size = e.Paths.Count == 0 ? (ulong)changed.Length : e.Size } : e),
        };
        entries[^1] = (entries[^1].Name, Encoding.UTF8.GetBytes(manifest.ToXml()));
    });

    /// <summary>The archive with other entries.</summary>
    public string WithEntries(Action<List<(string Name, byte[] Content)>> change)
    {
        var entries = Entries();
        change(entries);
        return Written(tar =>
        {
            foreach (var (name, content) in entries)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        });
    }

    /// <summary>An archive of whatever is written.</summary>
    public string Written(Action<TarWriter> write)
    {
        var path = this["hostile.tar"];
        using var tar = new TarWriter(File.Create(path));
        write(tar);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await From.DisposeAsync();
        await To.DisposeAsync();
        _files.Dispose();
    }
}
