using Microsoft.Win32.SafeHandles;

namespace Vireo.Drivers.Qemu;

/// <content>Files that clients lend to domains.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override ValueTask DomainFdAssociateAsync(DomainRef dom, string name, uint flags, IReadOnlyList<SafeFileHandle> files, CancellationToken cancellationToken)
    {
        // No file that a client has opened gets another label or owner, so there is none to give back.
        CheckFlags(flags, DomainFDAssociateFlags.Restore | DomainFDAssociateFlags.Writable, "qemuDomainFDAssociate");
        if (files.Count == 0)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Domain, "nfds in virDomainFDAssociate must not be zero");
        }

        Hypervisor.Descriptors.Lend(this, Find(dom).View.Uuid, name, files);
        return ValueTask.CompletedTask;
    }
}
