using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.State;

public sealed class StatusDocumentTests
{
    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var live = DomainConfig.Parse("<domain type='qemu' id='7'><name>g &amp; h</name><memory unit='KiB'>65536</memory><os><type>hvm</type></os><metadata><a:b xmlns:a='urn:a'>x</a:b></metadata></domain>");
        var status = new StatusDocument(live, 7, DomainState.Paused, (int)DomainPausedReason.Ioerror, new ProcessIdentity(42, 4711, "boot"), "/run/a b/monitor.sock", 9)
        {
            AgentTimeout = 12,
            Deferred = [new DeferredResource(DeferredKind.Socket, "/a/.b.7", "/a/b"), new DeferredResource(DeferredKind.Tap, "vnet1", "mine"), new DeferredResource(DeferredKind.Vnc, "", "127.0.0.1:5900")],
        };
        var read = StatusDocument.Parse(status.ToXml(), "g.xml");
        (read with { Live = live }).ShouldBe(status);
        read.Live.ToXml().ShouldBe(live.ToXml());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<domstatus")]
    [InlineData("<domain/>")]
    [InlineData("<domstatus state='1' reason='x' id='1' process='1 2 3'/>")]
    public void WhatIsNoStatusIsRefused(string text) =>
        Should.Throw<VireoException>(() => StatusDocument.Parse(text, "g.xml")).Message.ShouldContain("g.xml");
}
