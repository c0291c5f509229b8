namespace Vireo.Qemu.Tests;

/// <summary>The processes beside QEMU that serve a run: they come with it, outlive the daemon, and go with it.</summary>
public sealed class ServantTests
{
    private const string Shared = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>";

    [Fact]
    public async Task Folders_are_served_as_long_as_the_guest_has_them()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 0, machine: "q35", devices: "<controller type='pci' model='pcie-root'/><controller type='pci' model='pcie-root-port'/><controller type='pci' model='pcie-root-port'/><controller type='pci' model='pcie-root-port'/>");
        Directory.CreateDirectory(lab["folder"]);
        string xml = await File.ReadAllTextAsync(lab["domain.xml"], TestContext.Current.CancellationToken);
        await WriteAsync(lab, "first.xml", xml.Replace("<devices>", $"<devices>{Folder(lab["folder"], "first")}", StringComparison.Ordinal).Replace("  <os>", Shared + "  <os>", StringComparison.Ordinal));
        await WriteAsync(lab, "second.xml", Folder(lab["folder"], "second"));
        await lab.VirshAsync("define", lab["first.xml"]);
        await lab.VirshAsync("start", "guest");
        Servers(lab).Count.ShouldBePositive();
        int before = Servers(lab).Count;
        await lab.VirshAsync("attach-device", "guest", lab["second.xml"]);
        Servers(lab).Count.ShouldBeGreaterThan(before);

        // A daemon that comes after knows them.
        await lab.Daemon.KillAsync();
        await lab.Daemon.StartAsync();
        (await lab.VirshAsync("dumpxml", "guest")).ShouldContain("<target dir='second'/>");
        await lab.VirshAsync("destroy", "guest");
        await Eventually.TrueAsync(() => Task.FromResult(Servers(lab).Count == 0), "what served the guest goes with it");

        // A start that fails later leaves none.
        await WriteAsync(lab, "failing.xml", (await lab.VirshAsync("dumpxml", "guest")).Replace("</devices>", "</devices><qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-nosuch'/></qemu:commandline>", StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["failing.xml"]);
        (await Client.VirshAsync(lab.Daemon, "start", "guest")).Error.ShouldContain("-nosuch");
        Servers(lab).ShouldBeEmpty();
        foreach (string file in new[] { "first.xml", "second.xml", "failing.xml" })
            File.Delete(lab[file]);
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_state_of_a_TPM_is_encrypted_and_has_the_banks_that_are_chosen()
    {
        const string Secret = "5d8a2f10-3f43-4e0e-9a1c-5f5d2c1b7a02";
        await using var lab = await GuestLab.CreateAsync(
            linux: false, disks: 0, devices: $"<tpm model='tpm-tis'><backend type='emulator' version='2.0'><encryption secret='{Secret}'/><active_pcr_banks><sha256/><sha512/></active_pcr_banks></backend></tpm>");
        (await Client.VirshAsync(lab.Daemon, "start", "guest")).Error.ShouldContain("no secret with matching uuid");
        await WriteAsync(lab, "secret.xml", $"<secret ephemeral='no' private='yes'><uuid>{Secret}</uuid></secret>");
        await lab.VirshAsync("secret-define", lab["secret.xml"]);
        await lab.VirshAsync("secret-set-value", Secret, "c2VzYW1l");
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync("destroy", "guest");
        lab.Emulators().ShouldBeEmpty();
    }

    private static string Folder(string path, string tag) => $"<filesystem type='mount'><driver type='virtiofs'/><binary><sandbox mode='chroot'/></binary><source dir='{path}'/><target dir='{tag}'/></filesystem>";

    private static Task WriteAsync(GuestLab lab, string name, string text) => File.WriteAllTextAsync(lab[name], text, TestContext.Current.CancellationToken);

    private static IReadOnlyList<int> Servers(GuestLab lab) => OwnedProcesses.Naming(lab["folder"], "virtiofsd");
}
