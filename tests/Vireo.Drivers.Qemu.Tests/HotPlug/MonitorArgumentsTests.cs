using System.Text;
using Vireo.Drivers.Qemu.HotPlug;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tests.HotPlug;

public sealed class MonitorArgumentsTests
{
    [Theory]
    [InlineData("null,id=a", """{"id":"a","backend":{"type":"null","data":{}}}""")]
    [InlineData("file,id=a,path=/x,,y,append=on", """{"id":"a","backend":{"type":"file","data":{"out":"/x,y","append":true}}}""")]
    [InlineData("socket,id=a,path=/s,server=on,wait=off", """{"id":"a","backend":{"type":"socket","data":{"addr":{"type":"unix","data":{"path":"/s"}},"server":true,"wait":false}}}""")]
    [InlineData("socket,id=a,host=h,port=5,reconnect=3", """{"id":"a","backend":{"type":"socket","data":{"addr":{"type":"inet","data":{"host":"h","port":"5"}},"server":false,"reconnect":3}}}""")]
    [InlineData(
        "udp,id=a,host=h,port=5,localport=6",
        """{"id":"a","backend":{"type":"udp","data":{"remote":{"type":"inet","data":{"host":"h","port":"5"}},"local":{"type":"inet","data":{"host":"","port":"6"}}}}}""")]
    [InlineData("spicevmc,id=a,name=usbredir,logfile=/l", """{"id":"a","backend":{"type":"spicevmc","data":{"type":"usbredir","logfile":"/l"}}}""")]
    public void Character_device_is_told_the_monitor_as_it_wants_it(string option, string arguments) => ChardevBackends.Of(option).Arguments.ShouldBe(arguments);

    [Fact]
    public void Each_argument_has_its_reverse()
    {
        var steps = MonitorArguments.Steps(["-object", """{"qom-type":"rng-builtin","id":"o"}""", "-blockdev", """{"driver":"null-co","node-name":"n1"}""", "-device", """{"driver":"virtio-rng-pci","id":"d"}"""]);
        steps.Select(step => Text(step.Add)).ShouldBe(
        [
            """{"execute":"object-add","arguments":{"qom-type":"rng-builtin","id":"o"}}""", """{"execute":"blockdev-add","arguments":{"driver":"null-co","node-name":"n1"}}""",
            """{"execute":"device_add","arguments":{"driver":"virtio-rng-pci","id":"d"}}""",
        ]);
        steps.Select(step => Text(step.Remove!)).ShouldBe(
        [
            """{"execute":"object-del","arguments":{"id":"o"}}""", """{"execute":"blockdev-del","arguments":{"node-name":"n1"}}""", """{"execute":"device_del","arguments":{"id":"d"}}""",
        ]);
        steps.Select(step => step.Device).ShouldBe([null, null, "d"]);
    }

    [Fact]
    public void What_only_a_command_line_can_say_is_refused() =>
        Should.Throw<VireoException>(() => MonitorArguments.Steps(["-global", "x.y=1"])).Code.ShouldBe(ErrorCode.OperationUnsupported);

    private static string Text(QmpCommand command)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        command.Write(output, null);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
