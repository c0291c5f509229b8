using System.Text.RegularExpressions;

namespace Vireo.Interop.Tests;

/// <summary>A place where a daemon is known to say something else than libvirtd, and why.</summary>
/// <param name="Step">The step's command line, as it begins.</param>
/// <param name="Reason">Why it differs, told in the test's output when it fails elsewhere.</param>
/// <param name="Mask">Removes the difference from either side's text.</param>
public sealed record KnownDifference(string Step, string Reason, Func<string, string> Mask);

/// <summary>
/// A scripted session of a command-line client, run in a directory with two images (a.qcow2, full of data, and b.qcow2), the document of a copy (copy.xml) and documents of a domain (dom.xml; agent.xml with the guest agent's channel; rich.xml with many devices; and ones that are wrong); "{dir}" in
/// a step stands for the directory, "~" for a space inside a word. What the client said at each step, masked, is what is compared.
/// </summary>
public sealed partial class Session(string name, params string[] steps)
{
    private const string RichDevices = """
            <disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>
            <interface type='user'><mac address='52:54:00:00:00:11'/><model type='virtio'/></interface>
            <serial type='pty'/>
            <console type='pty'/>
            <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
            <channel type='pty'><target type='virtio' name='org.example.0'/></channel>
            <graphics type='vnc' autoport='yes'/>
            <video><model type='virtio'/></video>
            <sound model='ich6'/>
            <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
            <watchdog model='i6300esb' action='reset'/>
            <panic model='isa'/>

        """;

    public string Name { get; } = name;

    public IReadOnlyList<string> Steps { get; } = steps;

    /// <summary>More documents, by file name; "{domain}" in one stands for the domain's, "{domain|A|B}" for that with B in place of A, "{dir}" for the directory.</summary>
    public IReadOnlyDictionary<string, string> Documents { get; init; } = new Dictionary<string, string>();

    /// <summary>More empty images of 4 MiB; a name's end says the format.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Runs every step and returns what each said.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(ScratchDaemon daemon, string tool)
    {
        using var scratch = new ScratchDirectory("vs");
        var domain = new TestDomain(Name)
        {
            Uuid = DeterministicUuid(Name),
            Memory = 32,
            Disks = [new TestDisk("vda", scratch["a.qcow2"]), new TestDisk("vdb", scratch["b.qcow2"])],
            Devices = "    <serial type='pty'/>\n    <console type='pty'/>\n",
        };
        await domain.CreateImagesAsync("4M");
        await ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", "write -P 1 0 4M", scratch["a.qcow2"]);
        await File.WriteAllTextAsync(scratch["copy.xml"], $"<disk type='file'><driver type='qcow2'/><source file='{scratch["c.x"]}'/></disk>");
        await File.WriteAllTextAsync(scratch["dom.xml"], domain.ToXml());
        await File.WriteAllTextAsync(scratch["agent.xml"], (domain with { Devices = domain.Devices + GuestImage.AgentChannel }).ToXml());
        await File.WriteAllTextAsync(scratch["rich.xml"], (domain with { Devices = RichDevices }).ToXml());
        await File.WriteAllTextAsync(scratch["odd.xml"], domain.ToXml().Replace("</os>", "</os><bogus/>", StringComparison.Ordinal));
        await File.WriteAllTextAsync(scratch["bad.xml"], domain.ToXml().Replace("</os>", "</so>", StringComparison.Ordinal));
        await File.WriteAllTextAsync(scratch["noname.xml"], domain.ToXml().Replace($"<name>{Name}</name>", "", StringComparison.Ordinal));
        await File.WriteAllTextAsync(scratch["sameuuid.xml"], domain.ToXml().Replace($"<name>{Name}</name>", $"<name>{Name}-2</name>", StringComparison.Ordinal));
        await File.WriteAllTextAsync(scratch["samename.xml"], (domain with { Uuid = DeterministicUuid(Name + "other") }).ToXml());

        foreach (string image in Images)
            await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", image[(image.LastIndexOf('.') + 1)..], scratch[image], "4M");

        foreach (var (file, text) in Documents)
            await File.WriteAllTextAsync(scratch[file], DomainMark().Replace(
                text.Replace("{dir}", scratch.Path, StringComparison.Ordinal),
                mark => mark.Groups[1].Length == 0 ? domain.ToXml() : domain.ToXml().Replace(mark.Groups[1].Value, mark.Groups[2].Value, StringComparison.Ordinal)));

        var said = new List<string>();
        try
        {
            foreach (string step in Steps)
            {
                string[] arguments = [.. Words(step.Replace("{dir}", scratch.Path, StringComparison.Ordinal))];
                var result = await Client.RunAsync(tool, daemon, arguments);
                said.Add($"$ {step}\n{Normaliser.Mask(result.ToString(), scratch.Path, daemon.Root)}");
            }
        }
        finally
        {
            await Client.VirshAsync(daemon, "destroy", Name);
            await Client.VirshAsync(daemon, "undefine", Name, "--snapshots-metadata");
        }

        return said;
    }

    [GeneratedRegex(@"\{domain(?:\|([^|]*)\|([^}]*))?\}")]
    private static partial Regex DomainMark();

    private static string DeterministicUuid(string text)
    {
        byte[] hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text));
        hash[6] = (byte)((hash[6] & 0x0f) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString();
    }

    private static IEnumerable<string> Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Replace('~', ' '));
}
