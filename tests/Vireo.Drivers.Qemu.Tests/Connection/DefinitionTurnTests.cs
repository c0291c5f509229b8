using Vireo.Drivers.Qemu.Tests.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.Connection;

/// <summary>A definition that waits for its turn behind others of the same domain.</summary>
public sealed class DefinitionTurnTests
{
    private const string Document = "<domain type='qemu'><name>w</name><uuid>5d0c7a52-91a4-4a57-8f3d-2b6c8a1f0e99</uuid><memory>32768</memory><os><type arch='x86_64'>hvm</type></os></domain>";

    [Fact]
    public async Task ADefinitionBehindAnUndefinitionDefinesTheDomainAnew()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.Connection.DomainDefineXmlFlagsAsync(Document, 0, default);
        Task undefined, defined;
        using (await scratch.Hypervisor.Domains.Find("w")!.EnterAsync("test", default))
        {
            undefined = scratch.Connection.DomainUndefineAsync(dom, default).AsTask();
            defined = scratch.Connection.DomainDefineXmlFlagsAsync(Document, 0, default).AsTask();
            undefined.IsCompleted.ShouldBeFalse();
        }

        await undefined;
        await defined;
        scratch.Hypervisor.Domains.Find("w").ShouldNotBeNull().View.Persistent.ShouldNotBeNull();
        File.Exists(scratch.Hypervisor.Files.Definition("w")).ShouldBeTrue();
        await scratch.Connection.DomainUndefineAsync(dom, default);
    }
}
