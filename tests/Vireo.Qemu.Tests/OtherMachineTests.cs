namespace Vireo.Qemu.Tests;

/// <summary>Guests of machines that are not PCs come up: their firmware speaks on the first serial port.</summary>
public sealed class OtherMachineTests : IAsyncLifetime
{
    private ScratchVireod _daemon = null!;
    private readonly ScratchDirectory _scratch = new("om");

    public static TheoryData<string, string, string, string, string> Machines => new()
    {
        { "aarch64", "virt", "cortex-a57", "UEFI firmware", "running" },
        { "ppc64", "pseries", "POWER8", "SLOF", "running" },
        { "s390x", "s390-ccw-virtio", "qemu", "LOADPARM", "crashed" },
        { "riscv64", "virt", "", "OpenSBI", "running" },
    };

    public async ValueTask InitializeAsync()
    {
        var images = await MachineImages.GetAsync();
        await File.WriteAllBytesAsync(_scratch["disk.raw"], new byte[1 << 20]);
        _daemon = new ScratchVireod { Environment = images.OnPath };
        await _daemon.StartAsync();
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public async Task Firmware_speaks(string architecture, string machine, string cpu, string words, string state)
    {
        var images = await MachineImages.GetAsync();
        string firmware = architecture == "aarch64" ? $"<loader readonly='yes' type='pflash'>{images.ArmFirmware}</loader><nvram>{_scratch["vars.fd"]}</nvram>" : "";
        string model = cpu.Length > 0 ? $"<cpu mode='custom'><model>{cpu}</model></cpu>" : "";
        string log = _scratch[architecture + ".log"];
        await File.WriteAllTextAsync(_scratch["guest.xml"], $"""
            <domain type='qemu'><name>{architecture}</name><memory unit='MiB'>512</memory><os><type arch='{architecture}' machine='{machine}'>hvm</type>{firmware}</os>{model}<on_crash>preserve</on_crash>
            <devices><disk type='file'><driver name='qemu' type='raw'/><source file='{_scratch["disk.raw"]}'/><target dev='vda'/></disk>
            <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel><serial type='file'><source path='{log}'/></serial></devices></domain>
            """, TestContext.Current.CancellationToken);
        await Client.MustAsync(_daemon, "define", _scratch["guest.xml"]);
        await Client.MustAsync(_daemon, "start", architecture);
        await Eventually.TrueAsync(async () => (await ReadAsync(log)).Contains(words, StringComparison.Ordinal), $"the firmware says {words}", seconds: 60);

        // A mainframe without anything to boot stops. A later daemon takes either up.
        await Eventually.TrueAsync(async () => (await Client.MustAsync(_daemon, "domstate", architecture)).Trim() == state, $"it is {state}");
        await _daemon.StopAsync();
        await _daemon.StartAsync();
        (await Client.MustAsync(_daemon, "domstate", architecture)).Trim().ShouldBe(state);
        await Client.MustAsync(_daemon, "snapshot-create-as", architecture, "s1", "--disk-only", "--no-metadata");
        await Client.MustAsync(_daemon, "destroy", architecture);
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _scratch.Dispose();
    }

    private static async Task<string> ReadAsync(string file) => File.Exists(file) ? await File.ReadAllTextAsync(file) : "";
}
