using Vireo.Drivers.Qemu.CommandLine.Reading;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu;

/// <content>Domains as command lines.</content>
internal sealed partial class QemuConnection
{
    private const string ArgvFormat = "qemu-argv";

    /// <inheritdoc/>
    public override async ValueTask<string> ConnectDomainXmlToNativeAsync(string nativeFormat, string domainXml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, (DomainDefineFlags)0, "qemuConnectDomainXMLToNative");
        if (nativeFormat != ArgvFormat)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"unsupported config type {nativeFormat}");
        }

        var config = await ReadAsync(domainXml, validate: false, cancellationToken).ConfigureAwait(false);
        return await Hypervisor.Builder.ToNativeAsync(config, Path.Combine(Hypervisor.Paths.QemuLibrary, $"domain--1-{config.Name}"), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ConnectDomainXmlFromNativeAsync(string nativeFormat, string nativeConfig, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, (DomainDefineFlags)0, "qemuConnectDomainXMLFromNative");
        if (nativeFormat != ArgvFormat)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"unsupported config type {nativeFormat}");
        }

        var read = CommandLineReader.Read(nativeConfig);

        // A shell finds the program along its path.
        var emulator = read.Devices.Emulator!;
        emulator = emulator.Contains('/', StringComparison.Ordinal) ? emulator : ProgramPath.Find(emulator) ?? emulator;
        var complete = await Hypervisor.Builder.CompleteAsync(read with { Devices = read.Devices with { Emulator = emulator } }, cancellationToken).ConfigureAwait(false);
        return complete.ToXml();
    }
}
