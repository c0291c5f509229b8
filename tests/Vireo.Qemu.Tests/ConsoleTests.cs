namespace Vireo.Qemu.Tests;

/// <summary>`console` talks to the guest through a stream, on a terminal as a user has it.</summary>
public sealed class ConsoleTests
{
    [Theory]
    [InlineData(DaemonKind.Libvirtd, "virsh")]
    [InlineData(DaemonKind.Vireod, "virsh")]
    [InlineData(DaemonKind.Vireod, "vireo")]
    [InlineData(DaemonKind.Libvirtd, "vireo")]
    public async Task Console_reaches_the_guest(DaemonKind kind, string tool)
    {
        await using var lab = await GuestLab.CreateAsync(kind);
        var domain = lab.Domain with { SerialSocket = null, Devices = "<serial type='pty'/><console type='pty'/>" };
        await File.WriteAllTextAsync(lab["domain.xml"], domain.ToXml());
        await lab.VirshAsync("define", lab["domain.xml"]);
        await lab.VirshAsync("start", "guest");
        string program = tool == "virsh" ? "/usr/bin/virsh" : Repository.Program("vireo");

        await using var console = await TerminalProgram.StartAsync(program, ["-c", lab.Daemon.Uri, "console", "guest"]);
        await console.ShownAsync("Connected to domain 'guest'\r\nEscape character is ^] (Ctrl + ])\r\n");
        await console.ShownAsync("@READY ");
        await console.TypeAsync("t PING\n");
        await console.ShownAsync("@t PONG");
        await console.TypeAsync("\x1d");

        (await console.EndAsync()).Status.Success.ShouldBeTrue();
    }
}
