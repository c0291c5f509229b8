using Vireo.Config.Tests;

namespace Vireo.Interop.Tests;

/// <summary>The command line that vireod shows for a domain says what libvirtd's says, for the same QEMU.</summary>
public sealed class NativeCommandLineTests(DaemonPair daemons)
{
    private const string Section = "Command lines: otherwise than libvirtd";

    [Fact]
    public async Task Domains_of_the_corpus_become_the_same_command_lines()
    {
        Corpus.Require();
        var fed = Corpus.Documents("qemuxml2argvdata", "domain").Where(d => !CrashesLibvirtd(d.Xml)).ToDictionary(d => Path.GetFileNameWithoutExtension(d.Name), d => Corpus.OfThisHost(d.Xml), StringComparer.Ordinal);
        (await CommandLineOutcome.CompareAsync(await daemons.GetAsync(DaemonKind.Libvirtd), await daemons.GetAsync(DaemonKind.Vireod), fed)).ShouldBeAsTold(Section);
    }

    [Fact]
    public async Task Other_formats_are_refused_alike()
    {
        var fed = new Dictionary<string, string> { ["minimal"] = "<domain type='qemu'><name>x</name><memory>1024</memory><os><type>hvm</type></os></domain>" };
        const string feed = """
            import json
            for ask in (lambda: c.domainXMLToNative('vmware-vmx', '<domain/>', 0), lambda: c.domainXMLToNative('qemu-argv', '<domain/>', 0), lambda: c.domainXMLToNative('qemu-argv', '<domain', 0),
                        lambda: c.domainXMLToNative('qemu-argv', sys.argv[2], 1)):
                try: print(ask())
                except libvirt.libvirtError as e: print(e.get_error_code(), e.get_error_domain(), e.get_error_message())
            """;
        var theirs = await Client.PythonAsync(await daemons.GetAsync(DaemonKind.Libvirtd), feed, fed["minimal"]);
        var ours = await Client.PythonAsync(await daemons.GetAsync(DaemonKind.Vireod), feed, fed["minimal"]);
        ours.Output.ShouldBe(theirs.Output);
    }

    [Fact]
    public async Task Stock_virsh_and_ours_turn_a_script_into_a_domain_and_back()
    {
        var daemon = await daemons.GetAsync(DaemonKind.Vireod);
        using var scratch = new ScratchDirectory("fn");
        await File.WriteAllTextAsync(scratch["guest.sh"], """
            #!/bin/sh
            QEMU_AUDIO_DRV=none exec qemu-system-x86_64 -name 'from a script' -uuid 6f2f0a10-5e1c-4a50-9f00-0000000000fe \
              -machine q35,accel=tcg -m 64 -nodefaults -display none -drive file=/var/lib/guests/a.qcow2,format=qcow2,if=virtio \
              -nic user,model=virtio-net-pci,mac=52:54:00:12:34:56 -serial pty -fw_cfg name=opt/x,string=y
            """);
        var documents = await BothAsync(daemon, "domxml-from-native", "qemu-argv", scratch["guest.sh"]);
        documents.ExitCode.ShouldBe(0, documents.ToString());
        documents.Output.ShouldContain("<name>from a script</name>");
        documents.Output.ShouldContain("<qemu:arg value='name=opt/x,string=y'/>");
        await File.WriteAllTextAsync(scratch["guest.xml"], documents.Output);
        var line = await BothAsync(daemon, "domxml-to-native", "qemu-argv", "--xml", scratch["guest.xml"]);
        line.Output.ShouldContain("/var/lib/guests/a.qcow2");
        (await Client.VirshAsync(daemon, "define", scratch["guest.xml"])).ExitCode.ShouldBe(0);
        try
        {
            (await BothAsync(daemon, "domxml-to-native", "qemu-argv", "--domain", "from a script")).Output.ShouldBe(line.Output);
        }
        finally
        {
            await Client.VirshAsync(daemon, "undefine", "from a script");
        }

        (await BothAsync(daemon, "domxml-from-native", "vmware-vmx", scratch["guest.sh"])).Error.ShouldContain("unsupported config type vmware-vmx");
        (await BothAsync(daemon, "domxml-from-native", "qemu-argv", scratch["none"])).ExitCode.ShouldBe(1);
        (await BothAsync(daemon, "domxml-to-native", "qemu-argv")).Error.ShouldContain("need either domain or domain XML");
        (await BothAsync(daemon, "domxml-to-native", "qemu-argv", "--domain", "x", "--xml", "y")).ExitCode.ShouldBe(1);
    }

    // What both tools say, which is the same.
    private static async Task<ProgramResult> BothAsync(ScratchDaemon daemon, params string[] arguments)
    {
        var (stock, ours) = (await Client.VirshAsync(daemon, arguments), await Client.VireoAsync(daemon, arguments));
        (ours.ExitCode, ours.Output, ours.Error).ShouldBe((stock.ExitCode, stock.Output, stock.Error));
        return stock;
    }

    // libvirtd 9.0 dies of a network card that is a device of the host.
    private static bool CrashesLibvirtd(string xml) => xml.Contains("type='hostdev'", StringComparison.Ordinal);
}
