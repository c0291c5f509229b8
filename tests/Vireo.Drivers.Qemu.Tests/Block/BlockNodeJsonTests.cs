using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Tests.Block;

public sealed class BlockNodeJsonTests
{
    [Fact]
    public void Layers_are_numbered_in_libvirts_order()
    {
        var chains = new[] { Chain(2), Chain(3), null };
        var numbers = new NodeNumbers();
        numbers.ForDomain(chains).Select(n => n.ToArray()).ShouldBe([[3, 6], [2, 4, 5], [1]]);
        numbers.Next().ShouldBe(7);
    }

    [Fact]
    public void A_chain_is_opened_from_its_base()
    {
        BlockNodeJson.ForChain(Chain(2), [3, 6], new DiskAccess { Cache = "none", Aio = "native", Discard = "unmap", DetectZeroes = "unmap" }).ShouldBe(
        [
            """{"driver":"qcow2","node-name":"n6","read-only":true,"cache":{"direct":true,"no-flush":false},"discard":"unmap","file":{"driver":"file","filename":"/i/1","aio":"native","node-name":"n6f","cache":{"direct":true,"no-flush":false},"discard":"unmap","auto-read-only":true},"backing":null}""",
            """{"driver":"qcow2","node-name":"n3","cache":{"direct":true,"no-flush":false},"discard":"unmap","detect-zeroes":"unmap","file":{"driver":"file","filename":"/i/0","aio":"native","node-name":"n3f","cache":{"direct":true,"no-flush":false},"discard":"unmap","auto-read-only":true},"backing":"n6"}""",
        ]);
    }

    [Fact]
    public void Raw_has_no_backing_and_devices_are_host_devices()
    {
        BlockNodeJson.ForLayer(new ImageLayer(new BlockDeviceLocation("/dev/x \"y\""), ImageFormat.Raw), 1, null, DiskAccess.Default).ShouldBe(
            """{"driver":"raw","node-name":"n1","file":{"driver":"host_device","filename":"/dev/x \"y\"","node-name":"n1f","auto-read-only":true,"discard":"unmap"}}""");
    }

    [Fact]
    public void What_cannot_be_opened_is_refused() => Should.Throw<VireoException>(() => BlockNodeJson.ForLayer(
        new ImageLayer(new NetworkLocation("vxhs", "x", "h", null, null), ImageFormat.Raw), 1, null, DiskAccess.Default)).Code.ShouldBe(ErrorCode.ConfigUnsupported);

    private static ImageChain Chain(int depth) => new([.. Enumerable.Range(0, depth).Select(i => new ImageLayer(new FileLocation($"/i/{i}"), ImageFormat.Qcow2))]);
}
