using System.Text.Json;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Tests.Block;

public sealed class Qcow2OverlayTests : IDisposable
{
    private readonly TemporaryDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(1000)]
    [InlineData(64L << 20)]
    [InlineData(512L << 20)]
    [InlineData((512L << 20) + 512)]
    [InlineData(5L << 40)]
    [InlineData(2L << 50)]
    public void Qemu_img_finds_an_empty_overlay_without_fault(long size)
    {
        var rounded = (size + 511) / 512 * 512;
        if (rounded <= 1L << 43)
        {
            using (var file = File.Create(_dir["base.raw"]))
            {
                file.SetLength(size);
            }
        }
        else
        {
            TemporaryDirectory.QemuImg("create", "-q", "-f", "qcow2", "-o", "cluster_size=2M", _dir["base.raw"], rounded.ToString());
        }

        var format = rounded <= 1L << 43 ? ImageFormat.Raw : ImageFormat.Qcow2;
        var overlay = Write("top.qcow2", new Qcow2Overlay(size, "base.raw", format));

        TemporaryDirectory.QemuImg("check", "-f", "qcow2", overlay).ShouldContain("No errors were found");
        using var info = JsonDocument.Parse(TemporaryDirectory.QemuImg("info", "--output=json", "-f", "qcow2", overlay));
        var root = info.RootElement;
        root.GetProperty("virtual-size").GetInt64().ShouldBe(rounded);
        root.GetProperty("cluster-size").GetInt32().ShouldBe(65536);
        root.GetProperty("backing-filename").GetString().ShouldBe("base.raw");
        root.GetProperty("full-backing-filename").GetString().ShouldBe(_dir["base.raw"]);
        root.GetProperty("backing-filename-format").GetString().ShouldBe(format.Name());
        root.GetProperty("format-specific").GetProperty("data").GetProperty("compat").GetString().ShouldBe("1.1");
        if (size is > 0 and <= 64L << 20)
        {
            TemporaryDirectory.QemuImg("compare", "-f", "qcow2", "-F", "raw", overlay, _dir["base.raw"]).ShouldContain("identical");
        }
    }

    [Fact]
    public void What_is_written_into_an_overlay_is_sound_and_the_base_stays()
    {
        File.WriteAllBytes(_dir["base.raw"], Enumerable.Repeat((byte)7, 1 << 20).ToArray());
        var before = File.ReadAllBytes(_dir["base.raw"]);
        var overlay = Write("top.qcow2", new Qcow2Overlay(1 << 20, _dir["base.raw"], ImageFormat.Raw));
        File.WriteAllBytes(_dir["data.raw"], Enumerable.Repeat((byte)9, 1 << 20).ToArray());

        TemporaryDirectory.QemuImg("convert", "-n", "-f", "raw", "-O", "qcow2", _dir["data.raw"], overlay);

        TemporaryDirectory.QemuImg("check", overlay).ShouldContain("No errors were found");
        TemporaryDirectory.QemuImg("compare", overlay, _dir["data.raw"]).ShouldContain("identical");
        File.ReadAllBytes(_dir["base.raw"]).ShouldBe(before);
    }

    [Fact]
    public void Our_own_header_reads_back()
    {
        var overlay = Write("top.qcow2", new Qcow2Overlay(123456789, "/images/bäse, \"quoted\".qcow2", ImageFormat.Qcow2));
        var header = ImageProbe.Read(overlay).Qcow2.ShouldNotBeNull();
        header.VirtualSize.ShouldBe(123457024);
        header.BackingFile.ShouldBe("/images/bäse, \"quoted\".qcow2");
        header.BackingFormat.ShouldBe("qcow2");
        header.ClusterSize.ShouldBe(65536);
    }

    [Fact]
    public void Nobody_else_may_read_it_from_the_first_moment()
    {
        var overlay = Write("top.qcow2", new Qcow2Overlay(1024, "base", ImageFormat.Raw));
        new FileInfo(overlay).UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Something_that_took_the_name_is_left_alone()
    {
        var file = new OverlayFile(_dir["top.qcow2"], OverlayFile.TemporaryName(_dir["top.qcow2"], "op1"), new Qcow2Overlay(1024, "base", ImageFormat.Raw));
        file.Write(null);
        File.WriteAllText(_dir["top.qcow2"], "another's");

        Should.Throw<VireoException>(file.Name).Number1.ShouldBe(FileSystemCalls.Exists);

        File.ReadAllText(_dir["top.qcow2"]).ShouldBe("another's");
        File.Exists(file.TemporaryPath).ShouldBeTrue();
    }

    [Fact]
    public void A_name_too_long_leaves_nothing_behind()
    {
        var file = new OverlayFile(_dir["top.qcow2"], _dir[".top"], new Qcow2Overlay(1024, new string('x', 1024), ImageFormat.Raw));
        Should.Throw<VireoException>(() => file.Write(null)).Code.ShouldBe(ErrorCode.ConfigUnsupported);
        _dir.Contents().ShouldBeEmpty();
    }

    [Fact]
    public void A_missing_directory_is_named()
    {
        var path = _dir["missing/top.qcow2"];
        var file = new OverlayFile(path, OverlayFile.TemporaryName(path, "op1"), new Qcow2Overlay(1024, "base", ImageFormat.Raw));
        var error = Should.Throw<VireoException>(() => file.Write(null));
        error.Code.ShouldBe(ErrorCode.SystemError);
        error.Message.ShouldContain(_dir["missing"]);
        _dir.Contents().ShouldBeEmpty();
    }

    private string Write(string name, Qcow2Overlay image)
    {
        var file = new OverlayFile(_dir[name], OverlayFile.TemporaryName(_dir[name], "op1"), image);
        file.Write(null).ShouldBe(FileIdentity.Of(file.TemporaryPath)!.Value);
        file.Name();
        return file.Path;
    }
}
