using System.Text.Json;
using System.Xml.Linq;

namespace Vireo.Qemu.Tests;

/// <summary>What of a domain must be all or nothing: its state, its snapshots, the images it uses, and the files that lie beside them.</summary>
public sealed record DomainPicture(string State, string Snapshots, string Current, string Disks, string Files)
{
    public static async Task<DomainPicture> TakeAsync(GuestLab lab)
    {
        // The last one fails when there is none.
        var told = await Client.VirshAsync(
            lab.Daemon, "domstate guest; echo @; domblklist guest; echo @; snapshot-list guest --name --topological; echo @; snapshot-current guest --name");
        string[] parts = told.Output.Split("@\n");
        if (parts.Length != 4)
            throw new InvalidOperationException($"{told}\n{Client.Tail(lab.Daemon.Log)}");
        return new DomainPicture(
            parts[0].Trim(),
            string.Join(' ', Lines(parts[2])),
            told.ExitCode == 0 ? parts[3].Trim() : "-",
            string.Join(' ', GuestLab.Disks(parts[1]).OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}")),
            string.Join(' ', FilesOf(lab).Order()));
    }

    /// <summary>The images that the domain's disks are made of now, those that they stand on included.</summary>
    public static async Task<IReadOnlyCollection<string>> ImagesAsync(GuestLab lab) => await ImagesAsync((await lab.DisksAsync()).Values);

    /// <summary>Images, and those that they stand on.</summary>
    public static async Task<IReadOnlyCollection<string>> ImagesAsync(IEnumerable<string> tops)
    {
        var known = new HashSet<string>();
        foreach (string path in tops)
            await AddChainAsync(path, known);
        return known;
    }

    /// <summary>The images that a snapshot brings the domain back to, by target, and the file of its memory.</summary>
    public static async Task<(IReadOnlyDictionary<string, string> Disks, string? Memory)> SavedAsync(GuestLab lab, string snapshot)
    {
        var document = XDocument.Parse(await lab.VirshAsync("snapshot-dumpxml", "guest", snapshot));
        var disks = from disk in document.Root!.Elements("domain").Descendants("disk")
                    let source = disk.Element("source")?.Attribute("file")?.Value
                    where source is not null
                    select (Target: disk.Element("target")!.Attribute("dev")!.Value, source);
        return (disks.ToDictionary(d => d.Target, d => d.source), document.Root.Element("memory")?.Attribute("file")?.Value);
    }

    /// <summary>Files in the folder that neither the domain nor a snapshot refers to, and files referred to that are not there.</summary>
    public static async Task<IReadOnlyList<string>> LooseEndsAsync(GuestLab lab)
    {
        var saved = new List<(IReadOnlyDictionary<string, string>, string?)>();
        foreach (string name in Lines(await lab.VirshAsync("snapshot-list", "guest", "--name")))
            saved.Add(await SavedAsync(lab, name));
        return await LooseEndsAsync(lab, await ImagesAsync(lab), saved);
    }

    /// <summary>Files in the folder that neither the domain nor a snapshot refers to, and files referred to that are not there.</summary>
    public static async Task<IReadOnlyList<string>> LooseEndsAsync(GuestLab lab, IEnumerable<string> images, IEnumerable<(IReadOnlyDictionary<string, string> Disks, string? Memory)> saved)
    {
        var known = new HashSet<string>(images);
        foreach (var (disks, memory) in saved)
        {
            if (memory is not null)
                known.Add(memory);
            foreach (string source in disks.Values)
                await AddChainAsync(source, known);
        }

        if (lab.Domain.Firmware is not null)
            known.UnionWith([lab["fw_CODE.fd"], lab["fw_VARS.fd"], lab["vars.fd"]]);
        var files = FilesOf(lab).Select(name => lab[name]).ToHashSet();
        return [.. files.Except(known).Select(path => "stray: " + path), .. known.Except(files).Select(path => "missing: " + path)];
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> FilesOf(GuestLab lab) =>
        Directory.EnumerateFiles(lab.Folder).Select(path => Path.GetFileName(path)).Where(name => name is not ("domain.xml" or "serial.sock"));

    private static async Task AddChainAsync(string path, HashSet<string> known)
    {
        // What is known is known with all that it stands on.
        if (known.Contains(path) || !File.Exists(path))
        {
            known.Add(path);
            return;
        }

        using var chain = JsonDocument.Parse(await ProgramRun.CheckAsync("qemu-img", "info", "-U", "--backing-chain", "--output=json", path));
        foreach (var image in chain.RootElement.EnumerateArray())
            known.Add(Path.GetFullPath(image.GetProperty("filename").GetString()!));
    }
}
