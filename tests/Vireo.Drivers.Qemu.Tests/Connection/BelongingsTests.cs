using Vireo.Drivers.Qemu.Tests.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.Connection;

/// <summary>What a domain owns besides its definition: the firmware's variables, a managed save image; and the flags that speak of them.</summary>
public sealed class BelongingsTests
{
    private const int FlashSize = 540672;
    private static readonly byte[] s_mark = "MARK"u8.ToArray();

    [Fact]
    public async Task AFlashLoaderGetsItsVariablesUnderTheDaemonsOwnRoot()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await DefineAsync(scratch);
        (await scratch.Connection.DomainGetXmlDescAsync(dom, 0, default)).ShouldContain($">{Path.Combine(scratch.Paths.QemuNvram, "u_VARS.fd")}</nvram>");
    }

    [Fact]
    public async Task VariablesAreKeptUntilTheyAreToBeReset()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await DefineAsync(scratch);
        var variables = Path.Combine(scratch.Paths.QemuNvram, "u_VARS.fd");
        await StartAndDestroyAsync(scratch, dom, 0);
        await File.WriteAllBytesAsync(variables, [.. s_mark, .. new byte[FlashSize - s_mark.Length]]);
        await StartAndDestroyAsync(scratch, dom, 0);
        (await File.ReadAllBytesAsync(variables))[..4].ShouldBe(s_mark);
        await StartAndDestroyAsync(scratch, dom, DomainCreateFlags.StartResetNvram);
        (await File.ReadAllBytesAsync(variables))[..4].ShouldBe(new byte[4]);
    }

    [Fact]
    public async Task VariablesGoOrStayAsTheUndefinitionSays()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var variables = Path.Combine(scratch.Paths.QemuNvram, "u_VARS.fd");
        var dom = await DefineAsync(scratch);
        await StartAndDestroyAsync(scratch, dom, 0);
        (await UndefineErrorAsync(scratch, dom, 0)).ShouldBe("Requested operation is not valid: cannot undefine domain with nvram");
        (await UndefineErrorAsync(scratch, dom, DomainUndefineFlags.Nvram | DomainUndefineFlags.KeepNvram)).ShouldBe("Requested operation is not valid: cannot both keep and delete nvram");
        (await UndefineErrorAsync(scratch, dom, DomainUndefineFlags.Tpm | DomainUndefineFlags.KeepTpm)).ShouldBe("Requested operation is not valid: cannot both keep and delete TPM");
        await scratch.Connection.DomainUndefineFlagsAsync(dom, (uint)DomainUndefineFlags.KeepNvram, default);
        File.Exists(variables).ShouldBeTrue();
        dom = await DefineAsync(scratch);
        await scratch.Connection.DomainUndefineFlagsAsync(dom, (uint)(DomainUndefineFlags.Nvram | DomainUndefineFlags.KeepTpm | DomainUndefineFlags.CheckpointsMetadata), default);
        File.Exists(variables).ShouldBeFalse();
    }

    [Fact]
    public async Task VariablesThatCannotBeRemovedKeepTheirDomain()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await DefineAsync(scratch);
        Directory.CreateDirectory(Path.Combine(scratch.Paths.QemuNvram, "u_VARS.fd"));
        (await UndefineErrorAsync(scratch, dom, DomainUndefineFlags.Nvram)).ShouldStartWith("failed to remove nvram: ");
        File.Exists(scratch.Hypervisor.Files.Definition("u")).ShouldBeTrue();
        (await scratch.Connection.DomainLookupByNameAsync("u", default)).Name.ShouldBe("u");
    }

    [Fact]
    public async Task AManagedSaveImageThatIsNoneOrIsNotWantedIsThrownAway()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g");
        var image = scratch.Hypervisor.Files.ManagedSave("g");
        await File.WriteAllTextAsync(image, "saved");
        await scratch.RestartAsync();
        (await UndefineErrorAsync(scratch, dom, 0)).ShouldBe("Requested operation is not valid: Refusing to undefine while domain managed save image exists");
        await StartAndDestroyAsync(scratch, dom, DomainCreateFlags.None);
        File.Exists(image).ShouldBeFalse("what is no image is thrown away, as by libvirt");

        await File.WriteAllTextAsync(image, "saved");
        await scratch.RestartAsync();
        await StartAndDestroyAsync(scratch, dom, DomainCreateFlags.StartForceBoot | DomainCreateFlags.StartBypassCache);
        File.Exists(image).ShouldBeFalse();
        (await scratch.Connection.DomainHasManagedSaveImageAsync(dom, 0, default)).ShouldBe(0);

        await File.WriteAllTextAsync(image, "saved");
        await scratch.RestartAsync();
        await scratch.Connection.DomainUndefineFlagsAsync(dom, (uint)DomainUndefineFlags.ManagedSave, default);
        File.Exists(image).ShouldBeFalse();
    }

    private static async Task<DomainRef> DefineAsync(ScratchHypervisor scratch)
    {
        var (code, template) = (Path.Combine(scratch.Root, "code.fd"), Path.Combine(scratch.Root, "vars.fd"));
        await File.WriteAllBytesAsync(code, new byte[FlashSize]);
        await File.WriteAllBytesAsync(template, new byte[FlashSize]);
        return await scratch.Connection.DomainDefineXmlAsync(
            $"""
            <domain type='qemu'><name>u</name><memory unit='MiB'>32</memory><features><acpi/></features>
            <os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' type='pflash'>{code}</loader><nvram template='{template}'/></os></domain>
            """,
            default);
    }

    private static async Task StartAndDestroyAsync(ScratchHypervisor scratch, DomainRef dom, DomainCreateFlags flags)
    {
        await scratch.Connection.DomainCreateWithFlagsAsync(dom, (uint)(flags | DomainCreateFlags.StartPaused), default);
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    private static async Task<string> UndefineErrorAsync(ScratchHypervisor scratch, DomainRef dom, DomainUndefineFlags flags) =>
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainUndefineFlagsAsync(dom, (uint)flags, default))).Message;
}
