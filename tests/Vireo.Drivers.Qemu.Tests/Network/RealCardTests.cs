using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Vireo.Drivers.Qemu.Tests.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.Network;

/// <summary>Network cards of running QEMUs that have no device of the host's network.</summary>
public sealed class RealCardTests
{
    [Theory]
    [InlineData("/nosuch", "^Unable to open '/nosuch' for vdpa device: No such file or directory$")]
    [InlineData("/dev/null", "query features from vhost-vDPA device: Inappropriate ioctl")]
    public async Task ADeviceWithVirtiosDataPathIsOpenedAndHandedOver(string device, string refusal)
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var card = $"<interface type='vdpa'><source dev='{device}'/><model type='virtio'/></interface>";
        var dom = await scratch.DefineAsync("g", card);
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default))).Message.ShouldMatch(refusal);
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();

        var other = await scratch.Connection.DomainDefineXmlAsync(ScratchHypervisor.Document("other").Replace("<devices>", "<features><acpi/></features><devices>", StringComparison.Ordinal), default);
        await scratch.Connection.DomainCreateAsync(other, default);
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainAttachDeviceAsync(other, card, default))).Message.ShouldMatch(refusal);
        scratch.Domain(other).View.Live!.Devices.Interfaces.ShouldBeEmpty();
        await scratch.Connection.DomainDestroyAsync(other, default);
    }

    [Fact]
    public async Task LimitsThatNobodyKeepsToAreWarnedOf()
    {
        var notes = new Notes();
        await using var scratch = await ScratchHypervisor.StartAsync(notes);
        var dom = await scratch.DefineAsync("g", "<interface type='user'><mac address='52:54:00:00:07:0a'/><model type='virtio'/><bandwidth><inbound average='100'/></bandwidth></interface>");
        await scratch.Connection.DomainCreateAsync(dom, default);
        notes.Warnings.ShouldContain("domain 'g': the <bandwidth> of its card '52:54:00:00:07:0a' limits nothing: setting bandwidth on interfaces of type 'user' is not implemented yet");
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    private sealed class Notes : ILogger
    {
        public ConcurrentQueue<string> Warnings { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
            {
                Warnings.Enqueue(formatter(state, exception));
            }
        }
    }
}
