using Vireo.Drivers.Qemu.Capabilities;

namespace Vireo.Drivers.Qemu.State;

/// <content>What is told of the host.</content>
internal sealed partial class QemuHypervisor
{
    /// <summary>The host, and what its QEMUs can run.</summary>
    public HostInformation HostInformation => field ??= new(new QemuCapabilitiesCache(Paths.QemuCapabilities), Security.Default is { } label ? (label.User, label.Group) : null);
}
