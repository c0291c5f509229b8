using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Security;

namespace Vireo.Drivers.Qemu.State;

/// <content>What is told of the host.</content>
internal sealed partial class QemuHypervisor
{
    /// <summary>The host, and what its QEMUs can run.</summary>
    public HostInformation HostInformation => field ??= new(new QemuCapabilitiesCache(Paths.QemuCapabilities), Security.Default is { } label ? (label.User, label.Group) : null, Security.Confines ? GuestConfinement.Model : "none");
}
