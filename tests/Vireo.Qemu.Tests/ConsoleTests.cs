namespace Vireo.Qemu.Tests;

/// <summary>`virsh console` talks to the guest through a stream, on a terminal as a user has it.</summary>
public sealed class ConsoleTests
{
    // Runs the client on a pseudo-terminal, asks the guest until it answers, then leaves with the escape character.
    private const string Terminal = """
        import os, pty, select, sys, time
        pid, fd = pty.fork()
        if pid == 0:
            os.execvp(sys.argv[1], sys.argv[1:])
        said, asked, end = b"", 0, time.time() + 60
        while time.time() < end and b"@t PONG" not in said:
            if time.time() - asked > 1:
                os.write(fd, b"t PING\n"); asked = time.time()
            if select.select([fd], [], [], 0.2)[0]:
                try: said += os.read(fd, 4096)
                except OSError: break
        os.write(fd, b"\x1d")
        try:
            while select.select([fd], [], [], 5)[0]:
                data = os.read(fd, 4096)
                if not data: break
                said += data
        except OSError: pass
        print(said.decode(errors="replace").replace("\r", ""))
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """;

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

        var result = await ProgramRun.ExecuteAsync("/usr/bin/python3", ["-c", Terminal, program, "-c", lab.Daemon.Uri, "console", "guest"], limit: TimeSpan.FromSeconds(90));

        result.ExitCode.ShouldBe(0, result.ToString());
        result.Output.ShouldContain("Connected to domain 'guest'");
        result.Output.ShouldContain("Escape character is ^]");
        result.Output.ShouldContain("@t PONG");
    }
}
