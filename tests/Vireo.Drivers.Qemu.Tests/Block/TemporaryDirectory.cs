using System.Diagnostics;

namespace Vireo.Drivers.Qemu.Tests.Block;

/// <summary>A directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly bool _foreign;

    public TemporaryDirectory() => Root = Directory.CreateTempSubdirectory("vireo-test-").FullName;

    private TemporaryDirectory(string root) => (Root, _foreign) = (root, true);

    public string Root { get; }

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>One that belongs to someone else and stays.</summary>
    public static TemporaryDirectory At(string root) => new(root);

    public void Dispose()
    {
        if (!_foreign)
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    /// <summary>Runs qemu-img; its output.</summary>
    public static string QemuImg(params string[] arguments)
    {
        if (!File.Exists("/usr/bin/qemu-img"))
        {
            Assert.Skip("qemu-img is not installed");
        }

        var start = new ProcessStartInfo("/usr/bin/qemu-img", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"qemu-img {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }

    /// <summary>Every file below, with its contents: what must not change when an operation is taken back.</summary>
    public IReadOnlyDictionary<string, string> Contents() => Directory
        .EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories)
        .ToDictionary(p => p, p => Directory.Exists(p) ? "directory" : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(p))));
}
