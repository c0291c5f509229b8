using System.Text.Json;
using System.Xml.Linq;

namespace Vireo.Qemu.Tests;

/// <summary>What of a domain must be all or nothing: its state, its snapshots, the images it uses, and the files that lie beside them.</summary>
public sealed record DomainPicture(string State, string Snapshots, string Current, string Disks, string Files)
{
    public static async Task<DomainPicture> TakeAsync(GuestLab lab)
    {
        var current = await Client.VirshAsync(lab.Daemon, "snapshot-current", "guest", "--name");
        var disks = await lab.DisksAsync();
        return new DomainPicture(
            (await lab.VirshAsync("domstate", "guest")).Trim(),
            string.Join(' ', (await lab.VirshAsync("snapshot-list", "guest", "--name", "--topological")).Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            current.ExitCode == 0 ? current.Output.Trim() : "-",
            string.Join(' ', disks.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}")),
            string.Join(' ', FilesOf(lab).Order()));
    }

    /// <summary>The images that the domain's disks are made of now, those that they stand on included.</summary>
    public static async Task<IReadOnlyCollection<string>> ImagesAsync(GuestLab lab)
    {
        var known = new HashSet<string>();
        foreach (string path in (await lab.DisksAsync()).Values)
            await AddChainAsync(path, known);
        return known;
    }

    /// <summary>Files in the folder that neither the domain nor a snapshot refers to, and files referred to that are not there.</summary>
    public static async Task<IReadOnlyList<string>> LooseEndsAsync(GuestLab lab)
    {
        var known = new HashSet<string>(await ImagesAsync(lab));
        foreach (string name in (await lab.VirshAsync("snapshot-list", "guest", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var document = XDocument.Parse(await lab.VirshAsync("snapshot-dumpxml", "guest", name));
            foreach (var memory in document.Descendants("memory").Select(element => element.Attribute("file")?.Value).OfType<string>())
                known.Add(memory);
            foreach (var source in document.Root!.Elements("domain").Descendants("disk").Select(disk => disk.Element("source")?.Attribute("file")?.Value).OfType<string>())
                await AddChainAsync(source, known);
        }

        var files = FilesOf(lab).Select(name => lab[name]).ToHashSet();
        return [.. files.Except(known).Select(path => "stray: " + path), .. known.Except(files).Select(path => "missing: " + path)];
    }

    private static IEnumerable<string> FilesOf(GuestLab lab) =>
        Directory.EnumerateFiles(lab.Folder).Select(path => Path.GetFileName(path)).Where(name => name is not ("domain.xml" or "serial.sock"));

    private static async Task AddChainAsync(string path, HashSet<string> known)
    {
        if (!File.Exists(path))
        {
            known.Add(path);
            return;
        }

        using var chain = JsonDocument.Parse(await ProgramRun.CheckAsync("qemu-img", "info", "-U", "--backing-chain", "--output=json", path));
        foreach (var image in chain.RootElement.EnumerateArray())
            known.Add(Path.GetFullPath(image.GetProperty("filename").GetString()!));
    }
}
