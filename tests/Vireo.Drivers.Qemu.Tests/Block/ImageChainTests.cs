using System.Buffers.Binary;
using System.Text;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Tests.Block;

public sealed class ImageChainTests : IDisposable
{
    private readonly TemporaryDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void A_chain_is_read_to_its_base()
    {
        Raw("base.raw");
        Overlay("mid", "base.raw", ImageFormat.Raw);
        Overlay("top", _dir["mid"], ImageFormat.Qcow2);

        var chain = ImageChain.Read(new FileLocation(_dir["top"]), ImageFormat.Qcow2);

        chain.Layers.Select(l => (l.Location.LocalPath, l.Format)).ShouldBe(
            [(_dir["top"], ImageFormat.Qcow2), (_dir["mid"], ImageFormat.Qcow2), (_dir["base.raw"], ImageFormat.Raw)]);
        chain.Layers.ShouldAllBe(l => l.VirtualSize == 1 << 20);
    }

    [Fact]
    public void A_raw_disk_whose_guest_wrote_a_qcow2_header_stays_raw()
    {
        Raw("secret");
        Overlay("disk", "secret", ImageFormat.Raw);

        var chain = ImageChain.Read(new FileLocation(_dir["disk"]), ImageFormat.Raw);

        chain.Layers.Length.ShouldBe(1);
        chain.Top.Format.ShouldBe(ImageFormat.Raw);
    }

    [Fact]
    public void A_backing_file_of_unstated_format_is_followed_only_when_it_looks_raw()
    {
        Raw("base.raw");
        TemporaryDirectory.QemuImg("create", "-q", "-f", "qcow2", "-u", "-b", _dir["base.raw"], "-F", "raw", _dir["top"], "1M");
        RemoveBackingFormat(_dir["top"]);
        ImageChain.Read(new FileLocation(_dir["top"]), ImageFormat.Qcow2).Layers[1].Format.ShouldBe(ImageFormat.Raw);

        Overlay("trap", "/etc/passwd", ImageFormat.Raw);
        File.Copy(_dir["trap"], _dir["base.raw"], overwrite: true);
        var error = Should.Throw<VireoException>(() => ImageChain.Read(new FileLocation(_dir["top"]), ImageFormat.Qcow2));
        error.Code.ShouldBe(ErrorCode.OperationInvalid);
        error.Message.ShouldContain("was not specified in the image metadata");
    }

    [Fact]
    public void A_loop_is_found()
    {
        Overlay("a", "b", ImageFormat.Qcow2);
        Overlay("b", "a", ImageFormat.Qcow2);
        Should.Throw<VireoException>(() => ImageChain.Read(new FileLocation(_dir["a"]), ImageFormat.Qcow2)).Message.ShouldContain("self-referential");
    }

    [Fact]
    public void So_many_layers_and_no_more()
    {
        Raw("0");
        for (var i = 1; i <= ChainReader.MaxDepth; i++)
        {
            Overlay($"{i}", $"{i - 1}", i == 1 ? ImageFormat.Raw : ImageFormat.Qcow2);
        }

        ImageChain.Read(new FileLocation(_dir[$"{ChainReader.MaxDepth - 1}"]), ImageFormat.Qcow2).Layers.Length.ShouldBe(ChainReader.MaxDepth);
        Should.Throw<VireoException>(() => ImageChain.Read(new FileLocation(_dir[$"{ChainReader.MaxDepth}"]), ImageFormat.Qcow2)).Code.ShouldBe(ErrorCode.OperationUnsupported);
    }

    [Fact]
    public void A_missing_base_is_named()
    {
        Overlay("top", "gone", ImageFormat.Raw);
        Should.Throw<VireoException>(() => ImageChain.Read(new FileLocation(_dir["top"]), ImageFormat.Qcow2)).Message.ShouldContain(_dir["gone"]);
    }

    [Fact]
    public void A_pipe_is_never_opened()
    {
        Overlay("top", "/dev/zero", ImageFormat.Raw);
        Should.Throw<VireoException>(() => ImageChain.Read(new FileLocation(_dir["top"]), ImageFormat.Qcow2)).Code.ShouldBe(ErrorCode.ConfigUnsupported);
    }

    [Theory]
    [InlineData("json:{\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"/x/y\"}}", "/x/y", "raw")]
    [InlineData("json:{\"driver\":\"qcow2\",\"file.driver\":\"file\",\"file.filename\":\"/x/y\"}", "/x/y", "qcow2")]
    [InlineData("json:{\"driver\":\"file\",\"filename\":\"y\"}", "/img/y", null)]
    [InlineData("file:/x/y", "/x/y", null)]
    [InlineData("file:///x/y", "/x/y", null)]
    [InlineData("../y", "/img/../y", null)]
    [InlineData("./a:b", "/img/./a:b", null)]
    [InlineData("nbd://host:1234/export", "nbd://host:1234/export", null)]
    [InlineData("json:{\"driver\":\"raw\",\"file\":{\"driver\":\"nbd\",\"server\":{\"type\":\"inet\",\"host\":\"h\",\"port\":\"5\"},\"export\":\"e\"}}", "nbd://h:5/e", "raw")]
    public void Names_resolve_as_qemu_does(string name, string display, string? format)
    {
        BackingName.Resolve(name, new FileLocation("/img/top"), out var named).Display.ShouldBe(display);
        named.ShouldBe(format);
    }

    [Theory]
    [InlineData("json:{")]
    [InlineData("json:[]")]
    [InlineData("json:{\"driver\":\"rbd\"}")]
    [InlineData("json:{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}")]
    [InlineData("fat:rw:/etc")]
    public void Other_names_are_refused(string name) =>
        Should.Throw<VireoException>(() => BackingName.Resolve(name, new FileLocation("/img/top"), out _)).Code.ShouldBe(ErrorCode.ConfigUnsupported);

    [Fact]
    public void A_header_with_any_byte_changed_is_read_or_refused_but_never_crashes()
    {
        Overlay("top", "base", ImageFormat.Raw);
        var good = File.ReadAllBytes(_dir["top"]).AsSpan(0, 256).ToArray();
        for (var at = 0; at < good.Length; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7f, 0x80, 0xff })
            {
                var bad = good.ToArray();
                bad[at] = value;
                try
                {
                    Qcow2Header.Parse(bad, "x").VirtualSize.ShouldBeGreaterThanOrEqualTo(0);
                }
                catch (VireoException e)
                {
                    e.Code.ShouldBe(ErrorCode.InternalError);
                }
            }
        }

        for (var length = 0; length < good.Length; length++)
        {
            try
            {
                Qcow2Header.Parse(good.AsSpan(0, length), "x");
            }
            catch (VireoException e)
            {
                e.Code.ShouldBe(ErrorCode.InternalError);
            }
        }
    }

    [Fact]
    public void Formats_are_told_by_their_magic()
    {
        foreach (var format in new[] { "qcow2", "qcow", "qed", "vmdk", "vdi", "vpc", "vhdx", "raw", "parallels" })
        {
            TemporaryDirectory.QemuImg("create", "-q", "-f", format, _dir[format], "1M");
            ImageProbe.Read(_dir[format], null).Format.QemuDriver().ShouldBe(format);
        }
    }

    private void Raw(string name) => File.WriteAllBytes(_dir[name], new byte[1 << 20]);

    private void Overlay(string name, string backing, ImageFormat format)
    {
        var file = new OverlayFile(_dir[name], _dir["." + name], new Qcow2Overlay(1 << 20, backing, format));
        file.Write(null);
        file.Name();
    }

    /// <summary>Turns the backing format extension into one that nobody knows.</summary>
    private static void RemoveBackingFormat(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var magic = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(magic, 0xe2792aca);
        var at = bytes.AsSpan().IndexOf(magic);
        at.ShouldBeGreaterThan(0);
        Encoding.ASCII.GetBytes("none").CopyTo(bytes, at);
        File.WriteAllBytes(path, bytes);
    }
}
