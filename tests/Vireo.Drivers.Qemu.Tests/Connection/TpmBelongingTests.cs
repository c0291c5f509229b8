using Vireo.Drivers.Qemu.Tests.Lifecycle;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Connection;

/// <summary>Whose the state of a TPM is, and for how long.</summary>
public sealed class TpmBelongingTests
{
    private const string Passing = "<tpm model='tpm-crb'><backend type='emulator'/></tpm>";
    private const string Persistent = "<tpm model='tpm-tis'><backend type='emulator' version='1.2' persistent_state='yes'/></tpm>";

    [Fact]
    public async Task StateGoesOrStaysAsTheDocumentAndTheFlagsSay()
    {
        await using var scratch = await StartAsync();
        var connection = scratch.Connection;

        // Of a definition: it goes with it unless it is to be kept, and a start finds it again.
        var dom = await scratch.DefineAsync("t", Passing);
        await RunAsync(scratch, dom);
        var state = Directory.GetFiles(scratch.Paths.TpmStates, "tpm2-00.permall", SearchOption.AllDirectories).ShouldHaveSingleItem();
        state.ShouldBe(Path.Combine(scratch.Paths.TpmStates, $"{dom.Uuid:D}", "tpm2", "tpm2-00.permall"));
        var made = await File.ReadAllBytesAsync(state);
        await RunAsync(scratch, dom);
        (await File.ReadAllBytesAsync(state)).ShouldBe(made);
        var text = await connection.DomainGetXmlDescAsync(dom, 0, default);
        await connection.DomainUndefineFlagsAsync(dom, (uint)DomainUndefineFlags.KeepTpm, default);
        File.Exists(state).ShouldBeTrue();
        await connection.DomainUndefineFlagsAsync(await connection.DomainDefineXmlAsync(text, default), 0, default);
        States(scratch).ShouldBeEmpty();

        // One that persists has to be told to go; one that runs as a transient domain takes the other with it.
        dom = await scratch.DefineAsync("p", Persistent);
        await RunAsync(scratch, dom);
        text = await connection.DomainGetXmlDescAsync(dom, 0, default);
        await connection.DomainUndefineFlagsAsync(dom, 0, default);
        States(scratch).ShouldHaveSingleItem();
        await connection.DomainDestroyAsync(await connection.DomainCreateXmlAsync(text, 0, default), default);
        States(scratch).ShouldHaveSingleItem();
        dom = await connection.DomainDefineXmlAsync(text, default);
        await connection.DomainUndefineFlagsAsync(dom, (uint)DomainUndefineFlags.Tpm, default);
        States(scratch).ShouldBeEmpty();
        dom = await connection.DomainCreateXmlAsync(ScratchHypervisor.Document("t", Passing), 0, default);
        States(scratch).ShouldHaveSingleItem();
        await connection.DomainDestroyAsync(dom, default);
        States(scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task AStartThatFailsEndsTheEmulatorAndWhatIsHalfMadeIsMadeAnew()
    {
        await using var scratch = await StartAsync();
        var dom = await scratch.Connection.DomainDefineXmlAsync(
            ScratchHypervisor.Document("t", Passing).Replace("<domain type='qemu'>", "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>", StringComparison.Ordinal)
                .Replace("</domain>", "<qemu:commandline><qemu:arg value='-no-such-option'/></qemu:commandline></domain>", StringComparison.Ordinal),
            default);
        var state = Path.Combine(scratch.Paths.TpmStates, $"{dom.Uuid:D}", "tpm2");
        Directory.CreateDirectory(state + ".new");
        await File.WriteAllTextAsync(Path.Combine(state + ".new", "tpm2-00.permall"), "cut off");
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default))).Message.ShouldContain("-no-such-option: invalid option");
        Directory.GetDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
        Directory.GetFileSystemEntries(Path.GetDirectoryName(state)!).ShouldBe([state]);
        (await File.ReadAllTextAsync(Path.Combine(state, "tpm2-00.permall"))).ShouldNotBe("cut off");
        Directory.EnumerateDirectories("/proc").Where(p => File.Exists($"{p}/comm") && new FileInfo($"{p}/cwd").LinkTarget == state).ShouldBeEmpty("an emulator works where its state is");
    }

    private static async Task<ScratchHypervisor> StartAsync()
    {
        Assert.SkipUnless(ProgramPath.Find("swtpm") is not null, "swtpm is not installed");
        return await ScratchHypervisor.StartAsync();
    }

    private static string[] States(ScratchHypervisor scratch) => Directory.GetFileSystemEntries(scratch.Paths.TpmStates);

    private static async Task RunAsync(ScratchHypervisor scratch, DomainRef dom)
    {
        await scratch.Connection.DomainCreateWithFlagsAsync(dom, (uint)DomainCreateFlags.StartPaused, default);
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }
}
