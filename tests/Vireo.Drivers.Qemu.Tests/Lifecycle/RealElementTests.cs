using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>Elements that a real QEMU is started with, and says that it has.</summary>
public sealed class RealElementTests
{
    private const string Qemu = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'";

    [Fact]
    public async Task APartOfAFileIsADisk()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var image = Path.Combine(scratch.Root, "whole.img");
        File.WriteAllBytes(image, new byte[4 << 20]);
        var dom = await scratch.DefineAsync("g", $"<disk type='file'><driver name='qemu' type='raw'/><source file='{image}'><slices><slice type='storage' offset='1048576' size='2097152'/></slices></source><target dev='vda' bus='virtio'/></disk>");
        await scratch.Connection.DomainCreateAsync(dom, default);
        (await scratch.Connection.DomainGetXmlDescAsync(dom, 0, default)).ShouldContain("<slice type='storage' offset='1048576' size='2097152'/>");
        (await AskAsync(scratch, dom, new QmpCommand<long>("query-block", static reply => reply.EnumerateArray().Single().GetProperty("inserted").GetProperty("image").GetProperty("virtual-size").GetInt64()))).ShouldBe(2 << 20);
        (await scratch.Connection.DomainGetBlockInfoAsync(dom, "vda", 0, default)).Capacity.ShouldBe(2UL << 20);

        // What would stand upon the part alone would stand upon the whole.
        var refusal = await Should.ThrowAsync<VireoException>(async () =>
            await scratch.Connection.DomainSnapshotCreateXmlAsync(dom, "<domainsnapshot><name>s</name></domainsnapshot>", (uint)DomainSnapshotCreateFlags.DiskOnly, default));
        refusal.Code.ShouldBe(ErrorCode.ConfigUnsupported);
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Theory]
    [InlineData("<features><acpi/><msrs unknown='fault'/></features>", "<msrs unknown='fault'>")]
    [InlineData("<features><acpi/><async-teardown enabled='yes'/></features>", "<async-teardown>")]
    public async Task WhatTheHypervisorDoesNotDoIsRefused(string body, string named)
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await DefineAsync(scratch, body);
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default))).Message.ShouldContain(named);
    }

    [Theory]
    [InlineData("<features><acpi/><msrs unknown='ignore'/><async-teardown enabled='no'/></features>")]
    [InlineData($"<qemu:deprecation {Qemu} behavior='none'/>")]
    [InlineData($"<qemu:deprecation {Qemu} behavior='omit'/>")]
    [InlineData($"<qemu:deprecation {Qemu} behavior='reject'/>")]
    [InlineData($"<qemu:deprecation {Qemu} behavior='crash'/>")]
    public async Task WhatQemuDoesAnywayOrIsToldIsStarted(string body)
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await DefineAsync(scratch, body);
        await scratch.Connection.DomainCreateAsync(dom, default);
        scratch.Domain(dom).View.State.ShouldBe(DomainState.Running);
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Fact]
    public async Task APcWithoutPs2HasNoSuchKeyboard()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await DefineAsync(scratch, "<features><acpi/><ps2 state='off'/></features>");
        (await scratch.Connection.DomainGetXmlDescAsync(dom, 0, default)).ShouldNotContain("ps2'/>");
        await scratch.Connection.DomainCreateAsync(dom, default);
        var board = await AskAsync(scratch, dom, new QmpCommand<string>("qom-list", static reply => reply.GetRawText(), static arguments => arguments.WriteString("path", "/machine/unattached")));
        board.ShouldContain("isa-pcspk");
        board.ShouldNotContain("i8042");
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    private static async Task<DomainRef> DefineAsync(ScratchHypervisor scratch, string body) =>
        await scratch.Connection.DomainDefineXmlAsync(ScratchHypervisor.Document("g").Replace("<devices>", body + "<devices>", StringComparison.Ordinal), default);

    private static Task<T> AskAsync<T>(ScratchHypervisor scratch, DomainRef dom, QmpCommand<T> command) => scratch.Domain(dom).Process!.Monitor.ExecuteAsync(command, default);
}
