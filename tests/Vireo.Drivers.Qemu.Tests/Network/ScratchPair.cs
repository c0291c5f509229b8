using System.Diagnostics;

namespace Vireo.Drivers.Qemu.Tests.Network;

/// <summary>Two devices of the host that are each other's other end, and go with the test; skips the test where nobody may make them, or devices upon them.</summary>
internal sealed class ScratchPair : IDisposable
{
    private const string Tool = "/usr/sbin/ip";

    public ScratchPair()
    {
        Assert.SkipUnless(File.Exists(Tool), "ip is not installed");
        (Lower, Other) = ($"vla{Random.Shared.Next():x8}", $"vlb{Random.Shared.Next():x8}");
        Assert.SkipUnless(Run("link", "add", Lower, "type", "veth", "peer", "name", Other) == 0, "making network devices is not permitted here (CAP_NET_ADMIN)");
        string probe = $"vlp{Random.Shared.Next():x8}";
        bool upon = Run("link", "add", "link", Lower, "name", probe, "type", "macvtap", "mode", "bridge") == 0;
        Run("link", "del", probe);
        if (!upon)
        {
            Dispose();
            Assert.Skip("this kernel has no macvtap");
        }

        Run("link", "set", Lower, "up").ShouldBe(0);
        Run("link", "set", Other, "up").ShouldBe(0);
    }

    /// <summary>What guests' devices stand upon.</summary>
    public string Lower { get; }

    public string Other { get; }

    /// <summary>The names of the devices that stand upon it.</summary>
    public IReadOnlyList<string> Upper => [.. Directory.GetFileSystemEntries($"/sys/class/net/{Lower}", "upper_*").Select(path => Path.GetFileName(path)["upper_".Length..]).Order(StringComparer.Ordinal)];

    /// <summary>What <c>tc</c> says of a device's limits.</summary>
    public static string ClassesOf(string device)
    {
        using var process = Process.Start(new ProcessStartInfo("tc", ["class", "show", "dev", device]) { RedirectStandardOutput = true })!;
        string shown = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return shown;
    }

    public void MakeUpper(string name, string mac) => Run("link", "add", "link", Lower, "name", name, "address", mac, "type", "macvtap", "mode", "bridge").ShouldBe(0);

    public void Dispose() => Run("link", "del", Lower);

    private static int Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Tool, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
