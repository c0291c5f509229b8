using System.Diagnostics;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Host.Tests.Processes;

/// <summary>Programs that see other devices than the host has: real ones, as root.</summary>
public sealed class DeviceTreeTests : IDisposable
{
    private const uint User = 4711, Group = 4712;
    private readonly TemporaryDirectory _directory = new();

    public DeviceTreeTests() => Assert.SkipUnless(CurrentUser.Id == 0 && MayMount(), "mount namespaces are not permitted here");

    private string Staging => _directory["staging"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AProgramSeesItsDevicesAndNoOthers()
    {
        var host = Names("/dev");
        var said = await SaysAsync("ls -1 /dev; stat -c '%n %u:%g %a %t:%T' /dev/null /dev/zero; cat /dev/null; test -w /dev/zero && echo writes", ["/dev/null", "/dev/no-such-device"], ["/dev/zero"]);
        var mounts = MountsBelowDev();
        said.Where(line => !line.Contains(' ')).Except(mounts).ShouldBe(["null", "writes", "zero"], ignoreOrder: true);
        said.ShouldContain("/dev/null 0:0 666 1:3");
        said.ShouldContain($"/dev/zero {User}:{Group} 666 1:5");

        // The host's devices are as they were, and nobody sees where the tree was put together.
        Names("/dev").ShouldBe(host);
        using (var zero = PinnedFile.TryOpen("/dev/zero")!)
            (zero.User, zero.Group).ShouldBe((0u, 0u));
        File.ReadAllText("/proc/self/mountinfo").ShouldNotContain(Staging);
        Names(Staging).ShouldBeEmpty();
    }

    [Fact]
    public async Task LinksToADeviceAreThereToo()
    {
        var link = $"/dev/vireo-test-{Random.Shared.Next():x8}";
        File.CreateSymbolicLink(link, "/dev/zero");
        try
        {
            var said = await SaysAsync($"readlink {link}; stat -c '%u' /dev/zero", ["/dev/null"], [link]);
            said.ShouldBe(["/dev/zero", $"{User}"]);
        }
        finally
        {
            File.Delete(link);
        }
    }

    [Fact]
    public async Task DevicesComeAndGoWhileTheProgramRuns()
    {
        using var process = HostProcess.Start(Start("sleep 60", ["/dev/null"], ["/dev/zero"]));
        try
        {
            var tree = $"/proc/{process.Pid}/root/dev";
            var before = Names(tree);
            DeviceTree.HasOwn(process.Pid).ShouldBeTrue();
            DeviceTree.HasOwn(Environment.ProcessId).ShouldBeFalse("it sees the host's");
            DeviceTree.Add(process.Pid, "/dev/full", User, Group);
            DeviceTree.Add(process.Pid, "/dev/full", 1, 1);
            Names(tree).Except(before).ShouldBe(["full"]);
            using (var full = PinnedFile.TryOpen($"{tree}/full")!)
                (full.User, full.Group, full.IsCharacterDevice).ShouldBe((User, Group, true));

            DeviceTree.Keep(process.Pid, ["/dev/null", "/dev/full"]);
            Names(tree).ShouldBe([.. before.Except(["zero"]), "full"], ignoreOrder: true);
        }
        finally
        {
            process.Kill(Signals.Kill);
            await process.WaitAsync();
        }
    }

    [Fact]
    public async Task TheTreeOfAProgramThatHasEndedIsNoLongerChanged()
    {
        using var process = HostProcess.Start(Start("true", ["/dev/null"], []));
        await process.WaitAsync();
        DeviceTree.HasOwn(process.Pid).ShouldBeFalse();
        DeviceTree.Keep(process.Pid, []);
        DeviceTree.Add(process.Pid, "/dev/full", User, Group);
    }

    private static bool MayMount()
    {
        using var probe = Process.Start(new ProcessStartInfo("unshare", ["--mount", "true"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }

    private static string[] Names(string directory) => [.. Directory.GetFileSystemEntries(directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static string[] MountsBelowDev() =>
        [.. File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(place => place.StartsWith("/dev/", StringComparison.Ordinal)).Select(place => place.Split('/')[2]).Distinct()];

    private ProcessStart Start(string script, IReadOnlyList<string> shared, IReadOnlyList<string> own) =>
        new("/bin/sh", ["-c", script]) { Devices = new PrivateDevices(Staging, shared, own), UserId = User, GroupId = Group, WorkingDirectory = "/" };

    private async Task<string[]> SaysAsync(string script, IReadOnlyList<string> shared, IReadOnlyList<string> own)
    {
        using (var output = HostFile.CreateNew(_directory["said"]))
        {
            using var process = HostProcess.Start(Start(script, shared, own) with { StandardOutput = output, StandardError = output });
            await process.WaitAsync();
        }

        return File.ReadAllLines(_directory["said"]);
    }
}
