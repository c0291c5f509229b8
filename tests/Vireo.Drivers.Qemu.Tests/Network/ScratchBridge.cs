using System.Diagnostics;

namespace Vireo.Drivers.Qemu.Tests.Network;

/// <summary>A bridge of the host that goes with the test; skips the test where nobody may make one.</summary>
internal sealed class ScratchBridge : IDisposable
{
    private const string Tool = "/usr/sbin/ip";
    private readonly List<string> _devices = [];

    public ScratchBridge()
    {
        Assert.SkipUnless(File.Exists(Tool), "ip is not installed");
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "this host has no tap devices");
        Name = $"vbr{Random.Shared.Next():x8}";
        Assert.SkipUnless(Run("link", "add", Name, "type", "bridge") == 0, "making network devices is not permitted here (CAP_NET_ADMIN)");
        _devices.Add(Name);
        Run("link", "set", Name, "mtu", "1450", "up").ShouldBe(0);
    }

    public string Name { get; }

    /// <summary>The names of its ports.</summary>
    public IEnumerable<string> Ports => Directory.GetDirectories($"/sys/class/net/{Name}/brif").Select(d => Path.GetFileName(d)!);

    /// <summary>Waits until these are its ports. A tap goes with the last that holds it, which may be a program that is being started elsewhere.</summary>
    public Task HasAsync(params string[] ports) => Eventually.TrueAsync(() => Task.FromResult(Ports.Order().SequenceEqual(ports.Order())), $"the ports of {Name} are '{string.Join(' ', ports)}'");

    /// <summary>Waits until a device has gone.</summary>
    public static Task GoneAsync(string device) => Eventually.TrueAsync(() => Task.FromResult(!Exists(device)), $"{device} has gone");

    /// <summary>A tap that stays until the test ends.</summary>
    public string MakeTap()
    {
        var name = $"vtp{Random.Shared.Next():x8}";
        Run("tuntap", "add", "dev", name, "mode", "tap").ShouldBe(0);
        _devices.Add(name);
        return name;
    }

    public static bool Exists(string device) => Directory.Exists($"/sys/class/net/{device}");

    public static string Fact(string device, string fact) => File.ReadAllText($"/sys/class/net/{device}/{fact}").Trim();

    public void Dispose() => _devices.ForEach(device => Run("link", "del", device));

    private static int Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Tool, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
