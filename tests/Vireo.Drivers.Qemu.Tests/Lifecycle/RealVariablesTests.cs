using System.Diagnostics;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>UEFI guests whose variables lie in no file.</summary>
public sealed class RealVariablesTests
{
    private const string Code = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    private const string Template = "/usr/share/OVMF/OVMF_VARS_4M.fd";

    [Fact]
    public async Task TheyMayLieOnADevice()
    {
        await using var scratch = await StartAsync();
        using var device = LoopDevice.Of(Path.Combine(scratch.Root, "vars"), new FileInfo(Template).Length);
        var dom = await DefineAsync(scratch, $"<nvram template='{Template}' type='block'><source dev='{device.Path}'/></nvram>");
        await scratch.Connection.DomainCreateWithFlagsAsync(dom, (uint)DomainCreateFlags.StartPaused, default);
        (await ImageAsync(scratch, dom)).ShouldContain($"\"driver\":\"host_device\",\"filename\":\"{device.Path}\"");
        await scratch.Connection.DomainDestroyAsync(dom, default);

        // What lies there is the operator's.
        File.ReadAllBytes(device.Path).ShouldAllBe(b => b == 0);
        var refusal = await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateWithFlagsAsync(dom, (uint)DomainCreateFlags.StartResetNvram, default));
        refusal.Code.ShouldBe(ErrorCode.OperationUnsupported);
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainUndefineAsync(dom, default))).Message.ShouldBe("Requested operation is not valid: cannot undefine domain with nvram");
        await scratch.Connection.DomainUndefineFlagsAsync(dom, (uint)DomainUndefineFlags.Nvram, default);
        File.Exists(device.Path).ShouldBeTrue();
    }

    [Fact]
    public async Task TheyMayLieAtAServer()
    {
        await using var scratch = await StartAsync();
        var (image, socket) = (Path.Combine(scratch.Root, "vars"), Path.Combine(scratch.Root, "nbd.sock"));
        File.Copy(Template, image);
        var dom = await DefineAsync(scratch, $"<nvram type='network'><source protocol='nbd' name='e'><host transport='unix' socket='{socket}'/></source></nvram>");
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default))).Message.ShouldContain($"Failed to connect to '{socket}': No such file or directory");
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
        using var server = Process.Start("qemu-nbd", ["--format=raw", "--export-name=e", $"--socket={socket}", "--persistent", image]);
        try
        {
            await Eventually.TrueAsync(() => Task.FromResult(File.Exists(socket)), "the server's socket");
            await scratch.Connection.DomainCreateWithFlagsAsync(dom, (uint)DomainCreateFlags.StartPaused, default);
            (await ImageAsync(scratch, dom)).ShouldContain("\"driver\":\"nbd\",\"server\":{\"type\":\"unix\",\"path\":\"" + socket + "\"},\"export\":\"e\"");
            await scratch.Connection.DomainDestroyAsync(dom, default);
            await scratch.Connection.DomainUndefineAsync(dom, default);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task<ScratchHypervisor> StartAsync()
    {
        Assert.SkipUnless(File.Exists(Code) && File.Exists(Template), "OVMF is not installed");
        return await ScratchHypervisor.StartAsync();
    }

    private static async Task<DomainRef> DefineAsync(ScratchHypervisor scratch, string variables) => await scratch.Connection.DomainDefineXmlAsync(
        ScratchHypervisor.Document("g").Replace("machine='pc'>hvm</type></os>", $"machine='q35'>hvm</type><loader readonly='yes' type='pflash'>{Code}</loader>{variables}</os><features><acpi/></features>", StringComparison.Ordinal), default);

    // The node's options, as QEMU was given them, when it says that it has the node.
    private static async Task<string> ImageAsync(ScratchHypervisor scratch, DomainRef dom)
    {
        var nodes = await scratch.Domain(dom).Process!.Monitor.ExecuteAsync(new QmpCommand<string[]>("query-named-block-nodes", static reply => [.. reply.EnumerateArray().Select(static node => node.GetProperty("node-name").GetString()!)]), default);
        nodes.ShouldContain("fw1");
        return File.ReadAllText($"/proc/{scratch.Pid(dom)}/cmdline").Split('\0').Single(argument => argument.Contains("\"node-name\":\"fw1\"", StringComparison.Ordinal));
    }
}
