using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Vireo.Config.Tests;
using Vireo.Drivers.Qemu.Tests.Defaults;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>The installed QEMU takes every document's command line, up to the monitor's greeting and back.</summary>
public sealed partial class RealQemuTests
{
    /// <summary>All documents but those that need what a test machine may lack: taps, vhost-vsock, a bootable kernel.</summary>
    public static TheoryData<string> Documents => ["tiny-pc", "tiny-q35", "pc-virtio", "q35-sata", "pc-ide", "q35-scsi", "pc-scsi", "q35-channels", "pc-vnc", "q35-spice", "q35-uefi"];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Qemu_takes_it(string name)
    {
        Require();

        var folder = Directory.CreateTempSubdirectory("vq").FullName;
        try
        {
            using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
            listener.Start();
            var peer = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
            MakeFiles(folder);
            var arguments = QemuCommandLineTests.Build(DomainDefaultsTests.Read($"{name}.xml"), relocate: xml => xml.Replace("/var/lib/guests", folder, StringComparison.Ordinal).Replace("5555", $"{peer}", StringComparison.Ordinal))
                .Select(a => a.Replace("/run/guest", folder, StringComparison.Ordinal)).ToList();
            Monitored(arguments, folder);
            (await QemuGreeting.ComplaintAsync(QemuGreeting.Installed, arguments, folder)).ShouldBeNull();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Qemu_takes_every_domain_of_the_corpus()
    {
        Corpus.Require();
        Require();
        var refused = new ConcurrentDictionary<string, string>();
        var all = await CorpusCommandLines.AllAsync();
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (domain, _) =>
        {
            using var scratch = new ScratchDirectory("rq");
            if (await QemuGreeting.ComplaintAsync(domain.Value.Emulator, new BareHost(scratch.Path).Adapt(domain.Value.Arguments), scratch.Path) is { } complaint)
            {
                refused[domain.Key] = complaint;
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"of {all.Count} command lines QEMU takes {all.Count - refused.Count}");
        const string section = "Command lines: what QEMU refuses";
        string.Join('\n', refused.Where(r => !CompatibilityPage.Tells(section, r.Key)).Select(r => $"{r.Key}: {r.Value}")).ShouldBeEmpty();
        CompatibilityPage.Of(section).Where(name => !refused.ContainsKey(name)).ShouldBeEmpty("docs/compatibility.md tells of domains that QEMU takes");
    }

    private static void Require() => Assert.SkipUnless(File.Exists(QemuGreeting.Installed), $"{QemuGreeting.Installed} is not installed");

    // A process started by the framework inherits no descriptors, so here QEMU makes the monitor's socket itself, and ports are the kernel's choice.
    private static void Monitored(List<string> arguments, string folder)
    {
        var at = arguments.FindIndex(a => a.Contains("id=charmonitor", StringComparison.Ordinal));
        arguments[at] = $"socket,id=charmonitor,path={folder}/mon,server=on,wait=off";
        for (var i = 0; i < arguments.Count; i++)
        {
            arguments[i] = VncPort().Replace(arguments[i], $"unix:{folder}/vnc");
            arguments[i] = SpicePort().Replace(arguments[i], $"unix=on,addr={folder}/spice");
        }
    }

    private static void MakeFiles(string folder)
    {
        foreach (var (file, size) in ((string, long)[])[("a.raw", 16 << 20), ("c.iso", 1 << 20), ("f.img", 1474560), ("code.fd", 2 << 20), ("nvram.fd", 2 << 20)])
        {
            using var stream = File.Create(Path.Combine(folder, file));
            stream.SetLength(size);
        }

        foreach (var file in (string[])["a.qcow2", "b.qcow2"])
        {
            using var made = Process.Start(new ProcessStartInfo("qemu-img", ["create", "-q", "-f", "qcow2", Path.Combine(folder, file), "16M"]))!;
            made.WaitForExit();
            made.ExitCode.ShouldBe(0);
        }
    }

    [GeneratedRegex("^127\\.0\\.0\\.1:1(?=,|$)")]
    private static partial Regex VncPort();

    [GeneratedRegex("^port=5901,addr=127\\.0\\.0\\.1")]
    private static partial Regex SpicePort();
}
