using Vireo.Drivers.Qemu.Archive;
using Vireo.Drivers.Qemu.Tests.Block;

namespace Vireo.Drivers.Qemu.Tests.Archive;

/// <summary>Files that are written to while they are read are noticed.</summary>
public sealed class StillFilesTests
{
    [Fact]
    public void What_is_written_or_replaced_is_noticed_and_nothing_else()
    {
        using var files = new TemporaryDirectory();
        var (one, two) = (files["one"], files["two"]);
        File.WriteAllText(one, "1");
        File.WriteAllText(two, "2");
        File.SetLastWriteTimeUtc(one, DateTime.UnixEpoch);
        var still = new StillFiles([one, two]);
        File.SetUnixFileMode(one, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _ = File.ReadAllText(one);
        still.RequireUnchanged();

        File.WriteAllText(one, "3");
        Should.Throw<VireoException>(still.RequireUnchanged).Message.ShouldContain($"file '{one}' was written to");

        still = new StillFiles([one, two]);
        File.Move(one, two, overwrite: true);
        Should.Throw<VireoException>(still.RequireUnchanged);
    }
}
