using System.Xml.Linq;
using Vireo.Drivers.Qemu.Tests.Network;

namespace Vireo.Qemu.Tests;

/// <summary>The stock tools that make, edit and copy domains. A disk by its bare path needs a storage pool, so disks are named by their source here.</summary>
public sealed class VirtInstallTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("user,model=virtio")]
    [InlineData("bridge")]
    public async Task A_guest_is_made_and_boots(string network)
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1);
        using var bridge = network == "bridge" ? new ScratchBridge() : null;
        await lab.VirshAsync("undefine", "guest");
        var kernel = await GuestImage.GetAsync();

        await MustAsync("virt-install", lab, "--name", "made", "--virt-type", "qemu", "--memory", "128", "--import", "--osinfo", "generic", "--noautoconsole", "--graphics", "none",
            "--disk", $"type=file,source.file={lab["disk0.qcow2"]},driver.type=qcow2,target.bus=virtio", "--network", bridge is null ? network : $"bridge={bridge.Name},model=virtio",
            "--serial", $"unix,source.path={lab["made.sock"]},source.mode=bind", "--boot", $"kernel={kernel.Kernel},initrd={kernel.Initramfs},kernel_args=\"{GuestImage.CommandLine}\"");

        await using var guest = await GuestSerial.ConnectAsync(lab["made.sock"]);
        (await guest.AskAsync("BOOT")).ShouldNotBeEmpty();
        XDocument.Parse(await lab.VirshAsync("dumpxml", "made")).Descendants("interface").Count().ShouldBe(network == "none" ? 0 : 1);
        await lab.VirshAsync("destroy", "made");
    }

    [Fact]
    public async Task A_domain_is_edited_live_and_copied()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 0, linux: false);
        await lab.VirshAsync("start", "guest");

        await MustAsync("virt-xml", lab, "guest", "--edit", "--memory", "64");
        await MustAsync("virt-xml", lab, "guest", "--add-device", "--rng", "/dev/urandom", "--update");
        (await lab.VirshAsync("dumpxml", "guest")).ShouldContain("<rng model='virtio'>");
        (await lab.VirshAsync("dumpxml", "guest", "--inactive")).ShouldContain("<memory unit='KiB'>65536</memory>");
        await MustAsync("virt-xml", lab, "guest", "--edit", "--metadata", "title=edited");
        (await lab.VirshAsync("desc", "guest", "--title", "--config")).Trim().ShouldBe("edited");
        await lab.VirshAsync("destroy", "guest");

        await MustAsync("virt-clone", lab, "-o", "guest", "-n", "copy", "--auto-clone");
        var (first, copy) = (XDocument.Parse(await lab.VirshAsync("dumpxml", "guest")), XDocument.Parse(await lab.VirshAsync("dumpxml", "copy")));
        copy.Root!.Element("uuid")!.Value.ShouldNotBe(first.Root!.Element("uuid")!.Value);
        copy.Descendants("rng").Count().ShouldBe(1);
        await lab.VirshAsync("undefine", "copy");
    }

    [Fact]
    public async Task A_disk_by_its_path_asks_for_storage_pools()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, linux: false);

        var result = await RunAsync("virt-install", lab, "--name", "made", "--memory", "64", "--import", "--osinfo", "generic", "--disk", lab["disk0.qcow2"], "--network", "none");

        result.ExitCode.ShouldBe(1);
        (result.Output + result.Error).ShouldContain("Device type 'disk' requires a path", customMessage: "docs/compatibility.md says so");
        (await Client.VirshAsync(lab.Daemon, "pool-list")).Error.ShouldContain("this function is not supported by the connection driver");
    }

    private static Task<ProgramResult> RunAsync(string program, GuestLab lab, params string[] arguments) =>
        ProgramRun.ExecuteAsync(program, ["--connect", lab.Daemon.Uri, .. arguments], environment: new Dictionary<string, string> { ["HOME"] = lab.Folder, ["XDG_CACHE_HOME"] = lab.Folder });

    private static async Task MustAsync(string program, GuestLab lab, params string[] arguments)
    {
        var result = await RunAsync(program, lab, arguments);
        result.ExitCode.ShouldBe(0, $"{program}: {result}\n{Client.Tail(lab.Daemon.Log)}");
    }
}
