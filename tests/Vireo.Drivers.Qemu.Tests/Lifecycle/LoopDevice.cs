using System.Diagnostics;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>A block device of the host that is a file of the test's own.</summary>
internal sealed class LoopDevice : IDisposable
{
    private LoopDevice(string path) => Path = path;

    public string Path { get; }

    /// <summary>Skips the test where the host gives none.</summary>
    public static LoopDevice Of(string file, long size)
    {
        using (var made = File.Create(file))
        {
            made.SetLength(size);
        }

        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/dev/loop-control"), "needs root and loop devices");
        return new LoopDevice(Run("--find", "--show", file));
    }

    public void Dispose() => Run("--detach", Path);

    private static string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("losetup", arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return output;
    }
}
