using System.Diagnostics;

namespace Vireo.Qemu.Tests;

/// <summary>Disks whose images have no room left, or cannot be written: what the guest, its domain and those who listen are told under each policy, as with libvirtd.</summary>
public sealed class DiskErrorTests
{
    private const string Script = """
        import faulthandler, os, queue, socket, subprocess, threading
        faulthandler.dump_traceback_later(55, exit=True)
        libvirt.virEventRegisterDefaultImpl()
        threading.Thread(target=lambda: [libvirt.virEventRunDefaultImpl() for _ in iter(int, 1)], daemon=True).start()
        c.close(); c = libvirt.open(sys.argv[1])
        place, serial = sys.argv[2:4]
        events = queue.Queue()
        def tell(*words):
            if not told_before or told_before[-1] != words: told_before.append(words); events.put(words)
        told_before = []
        c.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda c, d, e, x, o: tell('lifecycle', e, x), None)
        c.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, lambda c, d, p, a, w, r, o: tell('error', os.path.basename(p), a, w, r), None)
        d = c.lookupByName('guest')
        s = socket.socket(socket.AF_UNIX); s.connect(serial); s.settimeout(40)
        def answer():
            said = b''
            while not (b'@q ' in said and said.endswith(b'\n')): said += s.recv(4096)
            return said.split(b'@q ')[1].strip()
        s.sendall(b'q FILL vda 0 8\n')
        print(events.get(timeout=40))
        if sys.argv[4]:
            print(events.get(timeout=40))
            print(d.state(), d.diskErrors())
            if place: subprocess.run(['mount', '-o', 'remount,size=64m', place], check=True)
            d.resume()
            print(answer(), d.state(), d.diskErrors())
        else:
            print(answer(), d.state(), d.diskErrors())
        """;

    [Theory]
    [InlineData("stop", true)]
    [InlineData("enospace", true)]
    [InlineData("report", false)]
    [InlineData("ignore", false)]
    public async Task Full_disk_is_treated_as_its_document_says(string policy, bool stops)
    {
        string expected = await FillAsync(DaemonKind.Libvirtd, policy, stops);

        (await FillAsync(DaemonKind.Vireod, policy, stops)).ShouldBe(AsToday(expected));
        expected.ShouldContain(policy == "report" ? "ERROR cannot write" : "FILLED");
        expected.Contains("enospc", StringComparison.Ordinal).ShouldBe(stops);
    }

    [Theory]
    [InlineData("stop", true)]
    [InlineData("enospace", false)]
    public async Task Failing_disk_is_treated_as_its_document_says(string policy, bool stops)
    {
        string expected = await FailAsync(DaemonKind.Libvirtd, policy, stops);

        (await FailAsync(DaemonKind.Vireod, policy, stops)).ShouldBe(AsToday(expected));
        expected.ShouldContain(stops ? "FILLED" : "ERROR cannot write");
        expected.ShouldContain("'x', 'virtio-disk0', ");
        expected.ShouldNotContain("enospc");
    }

    // Since libvirt 11 it is told that there is a message to ask for.
    private static string AsToday(string told) => told.Replace(", '')", ", 'message')", StringComparison.Ordinal);

    private static async Task<string> FillAsync(DaemonKind kind, string policy, bool stops)
    {
        using var place = new ScratchDirectory("full");
        await ProgramRun.CheckAsync("mount", "-t", "tmpfs", "-o", "size=3m", "none", place.Path);
        try
        {
            await using var lab = await GuestLab.CreateAsync(kind, disks: 1);
            await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", place["full.qcow2"], "16M");
            string xml = lab.Domain.ToXml().Replace("type='qcow2'/>", $"type='qcow2' error_policy='{policy}'/>", StringComparison.Ordinal).Replace(lab["disk0.qcow2"], place["full.qcow2"], StringComparison.Ordinal);
            return await RunAsync(lab, xml, place.Path, stops);
        }
        finally
        {
            await ProgramRun.CheckAsync("umount", "-l", place.Path);
        }
    }

    // A server whose first write fails: what a broken medium is to the guest's process.
    private static async Task<string> FailAsync(DaemonKind kind, string policy, bool stops)
    {
        await using var lab = await GuestLab.CreateAsync(kind, disks: 0);
        string image = lab["failing.raw"], socket = lab["nbd.sock"];
        await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "raw", image, "16M");
        string failing = $"driver=raw,file.driver=blkdebug,file.inject-error.0.event=write_aio,file.inject-error.0.errno=5,file.inject-error.0.once=on,file.image.driver=file,file.image.filename={image}";
        using var server = Process.Start(new ProcessStartInfo("qemu-nbd", ["-t", "-e", "0", "-x", "x", "-k", socket, "--image-opts", failing]))!;
        try
        {
            await Eventually.TrueAsync(() => Task.FromResult(File.Exists(socket)), "the server listens");
            string disk = $"<disk type='network' device='disk'><driver name='qemu' type='raw' error_policy='{policy}'/><source protocol='nbd' name='x'><host transport='unix' socket='{socket}'/></source><target dev='vda' bus='virtio'/></disk>";
            return await RunAsync(lab, (lab.Domain with { Devices = disk }).ToXml(), place: "", stops);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<string> RunAsync(GuestLab lab, string xml, string place, bool stops)
    {
        await File.WriteAllTextAsync(lab["domain.xml"], xml);
        await lab.VirshAsync("define", lab["domain.xml"]);
        await using (await lab.BootAsync())
        {
        }

        string told = (await Client.PythonAsync(lab.Daemon, Script, place, lab.Domain.SerialSocket!, stops ? "stops" : "")).ToString();
        if (lab.Daemon.Kind == DaemonKind.Vireod)
            (await lab.VireoAsync("dominfo", "guest")).ShouldMatch(@"I/O error: disk='vda', index='\d+', path='[^']*', timestamp='\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0000', message='(No space left on device|Input/output error)'");
        return told;
    }
}
