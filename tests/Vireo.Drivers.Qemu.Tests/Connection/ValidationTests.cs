using Vireo.Drivers.Qemu.Tests.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.Connection;

/// <summary>The flags that ask for validation, wherever documents are taken.</summary>
public sealed class ValidationTests
{
    private static readonly string s_odd = ScratchHypervisor.Document("g").Replace("<devices>", "<bogus/><devices>", StringComparison.Ordinal);

    [Fact]
    public async Task ADefinitionWithUnknownPartsIsRefusedWhereValidationIsAskedFor()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        (await RefusalAsync(async () => await scratch.Connection.DomainDefineXmlFlagsAsync(s_odd, (uint)DomainDefineFlags.Validate, default))).ShouldContain("bogus");
        scratch.Hypervisor.Domains.All.ShouldBeEmpty();
        await scratch.Connection.DomainDefineXmlFlagsAsync(s_odd, 0, default);
        await scratch.Connection.DomainDefineXmlFlagsAsync(ScratchHypervisor.Document("valid"), (uint)DomainDefineFlags.Validate, default);
    }

    [Fact]
    public async Task WhatIsCreatedAndANamelessDomainAreValidatedToo()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        await RefusalAsync(async () => await scratch.Connection.DomainCreateXmlAsync(s_odd, (uint)DomainCreateFlags.StartValidate, default));
        await RefusalAsync(async () => await scratch.Connection.DomainDefineXmlFlagsAsync(ScratchHypervisor.Document("g").Replace("<name>g</name>", "", StringComparison.Ordinal), (uint)DomainDefineFlags.Validate, default));
        scratch.Hypervisor.Domains.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task ASnapshotIsValidatedToo()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g");
        await RefusalAsync(async () =>
            await scratch.Connection.DomainSnapshotCreateXmlAsync(dom, "<domainsnapshot><name>s</name><bogus/></domainsnapshot>", (uint)DomainSnapshotCreateFlags.Validate, default));
        (await scratch.Connection.DomainSnapshotNumAsync(dom, 0, default)).ShouldBe(0);
    }

    private static async Task<string> RefusalAsync(Func<Task> act)
    {
        var refused = await Should.ThrowAsync<VireoException>(act);
        refused.Code.ShouldBe(ErrorCode.XmlInvalidSchema);
        refused.Domain.ShouldBe(ErrorDomain.Xml);
        return refused.Message;
    }
}
