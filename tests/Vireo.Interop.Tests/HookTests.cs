using System.Text.RegularExpressions;

namespace Vireo.Interop.Tests;

/// <summary>An operator's hooks hear the same of the same, in the same order, and can object to the same.</summary>
public sealed class HookTests
{
    private const string Script = """
        #!/bin/bash
        # Tells what it was called with; fails, or gives the domain a title, where a file beside says so.
        here=$(dirname "$0")
        [ "$(basename "$here")" = hooks ] || here=$(dirname "$here")
        document=$(cat)
        echo "$(basename "$0"): $* | $(head -1 <<<"$document") $(grep -o '<title>.*</title>' <<<"$document")" >> "$here/told"
        [ "$2" = restore ] && [ -e "$here/title" ] && sed "s,<title>.*</title>,,; s,</name>,</name><title>$(basename "$0")</title>," <<<"$document"
        if [ "$2" = "$(cat "$here/fail" 2>/dev/null)" ]; then echo "not now" >&2; exit 3; fi
        exit 0

        """;

    [Fact]
    public async Task Hooks_are_called_as_by_libvirtd()
    {
        string expected = await RunAsync(DaemonKind.Libvirtd);

        expected.ShouldContain("qemu: t-hook prepare begin - | <domain type='qemu' id='{id}'>");
        expected.ShouldContain(".hidden: t-hook restore begin - | <domain type='qemu'> <title>qemu</title>");
        expected.ShouldContain("unexpected exit status 3: not now");
        Comparison.ShouldSayTheSame(await RunAsync(DaemonKind.Vireod), expected);
    }

    private static async Task<string> RunAsync(DaemonKind kind)
    {
        await using var daemon = ScratchDaemon.Of(kind);
        using var scratch = new ScratchDirectory("vh");
        string hooks = Path.Combine(daemon.Root, kind == DaemonKind.Libvirtd ? "etc/hooks" : "etc/vireo/hooks");
        foreach (string name in (string[])["qemu", "daemon", "qemu.d/more", "qemu.d/.hidden", "qemu.d/idle"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(hooks, name))!);
            await File.WriteAllTextAsync(Path.Combine(hooks, name), Script);
            File.SetUnixFileMode(Path.Combine(hooks, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | (name.EndsWith("idle", StringComparison.Ordinal) ? 0 : UnixFileMode.UserExecute));
        }

        await File.WriteAllTextAsync(scratch["dom.xml"], new TestDomain("t-hook") { Uuid = "5c1d1f0e-3c39-4b0e-8f6b-2f3f6f3a9b21", Memory = 32 }.ToXml());
        await daemon.StartAsync();
        await DoAsync($"define {scratch["dom.xml"]}", "start t-hook", "destroy t-hook", "start t-hook --paused", $"save t-hook {scratch["state"]}", $"restore {scratch["state"]}", "managedsave t-hook", "start t-hook");
        await daemon.StopAsync();
        await daemon.StartAsync();

        // Neither daemon listens to it while it begins.
        await Eventually.TrueAsync(
            async () =>
            {
                await ProgramRun.CheckAsync("/bin/kill", "-HUP", $"{daemon.ProcessId}");
                return await Eventually.TrueWithinAsync(async () => (await ToldAsync()).Contains("SIGHUP", StringComparison.Ordinal), seconds: 2);
            },
            "the reload is told");
        await DoAsync("destroy t-hook");
        foreach (string operation in (string[])["prepare", "start", "started", "stopped", "release"])
        {
            await File.WriteAllTextAsync(Path.Combine(hooks, "fail"), operation);
            await DoAsync("start t-hook", "destroy t-hook");
        }

        await File.WriteAllTextAsync(Path.Combine(hooks, "fail"), "restore");
        await DoAsync("start t-hook", $"save t-hook {scratch["state"]}", $"restore {scratch["state"]}", "start t-hook", "managedsave t-hook", "start t-hook", "managedsave-remove t-hook");
        await File.WriteAllTextAsync(Path.Combine(hooks, "fail"), "reconnect");
        await DoAsync("start t-hook");
        await daemon.StopAsync();
        await daemon.StartAsync();

        // A daemon takes its guests up beside answering.
        await Eventually.TrueAsync(async () => (await Client.VirshAsync(daemon, "domstate", "t-hook")).Output.Trim() == "shut off", "the guest that a hook objects to is ended");
        await DoAsync("domstate t-hook --reason");
        File.Delete(Path.Combine(hooks, "fail"));
        await File.WriteAllTextAsync(Path.Combine(hooks, "title"), "");
        await DoAsync($"restore {scratch["state"]}", "desc t-hook --title", "destroy t-hook", "undefine t-hook");
        await daemon.StopAsync();
        string told = (await ToldAsync()).Replace(Path.GetDirectoryName(hooks)!, "/etc/libvirt", StringComparison.Ordinal);
        told = Regex.Replace(told, "(daemon: - reload .*\n)+", "$1");
        return Regex.Replace(Normaliser.Mask(told, scratch.Path), @" id='\d+'", " id='{id}'");

        async Task DoAsync(params string[] steps)
        {
            foreach (string step in steps)
            {
                var result = await Client.VirshAsync(daemon, step.Split(' '));
                await File.AppendAllTextAsync(Path.Combine(hooks, "told"), $"$ {step}\n{result}");
            }
        }

        Task<string> ToldAsync() => File.ReadAllTextAsync(Path.Combine(hooks, "told"));
    }
}
