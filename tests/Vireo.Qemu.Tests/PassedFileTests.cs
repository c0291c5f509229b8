namespace Vireo.Qemu.Tests;

/// <summary>Files that a client gives along with a command for the hypervisor's monitor.</summary>
public sealed class PassedFileTests
{
    private const string Take = """{"execute":"add-fd","arguments":{"fdset-id":77,"opaque":"given"}}""";
    private const string Show = """{"execute":"query-fdsets"}""";

    [Theory]
    [InlineData("virsh")]
    [InlineData("vireo")]
    public async Task File_reaches_the_hypervisor_as_through_libvirtd(string tool)
    {
        string expected = await PassAsync(DaemonKind.Libvirtd, "virsh");

        (await PassAsync(DaemonKind.Vireod, tool)).ShouldBe(expected);
        expected.ShouldContain("\"opaque\":\"given\"");
        expected.ShouldContain("at most 1 fd can be passed to qemu along with a command");
    }

    private static async Task<string> PassAsync(DaemonKind kind, string tool)
    {
        await using var lab = await GuestLab.CreateAsync(kind, disks: 0, linux: false);
        await lab.VirshAsync("start", "guest", "--paused");
        await File.WriteAllTextAsync(lab["given"], "through the monitor");
        var answers = new List<string>();
        foreach (string[] arguments in (string[][])
        [
            ["--pass-fds", "5", Take], [Show], ["--pass-fds", "5,6", Take], ["--pass-fds", "900", Take], ["--pass-fds", "x", Take], ["--pass-fds", "5", "--hmp", "getfd named"], ["--hmp", "closefd named"],
            ["--pass-fds", "5", """{"execute":"no-such-command"}"""], [Take],
        ])
        {
            // The numbers are those that the shell gives the files.
            string[] words = ["-c", "exec \"$@\" 5<\"$0\" 6<\"$0\"", lab["given"], tool == "virsh" ? "/usr/bin/virsh" : Repository.Program("vireo"), "-c", lab.Daemon.Uri, "qemu-monitor-command", "guest", .. arguments];
            answers.Add((await ProgramRun.ExecuteAsync("/bin/sh", words)).ToString());
        }

        return System.Text.RegularExpressions.Regex.Replace(Normaliser.Mask(string.Join('\n', answers), lab.Folder, lab.Daemon.Root), "\"id\":\"[^\"]*\"|\"fd\":[0-9]+", "{number}");
    }
}
