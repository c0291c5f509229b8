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
}
