using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Sockets between guest and host; a domain has one device.</summary>
internal sealed class VsockKind() : DeviceKind("vsock")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        if (config.Devices.Vsock is not null)
        {
            throw Present(live ? "the domain already has a vsock device" : "domain already has a vsock device");
        }

        if (live && !File.Exists(HostDevices.VsockNumbers.Control))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "unable to open vhost-vsock device");
        }
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live) => config.Devices.Vsock is { } vsock && (wanted.Vsock!.Model is null || vsock.Model == wanted.Vsock.Model) && IsAt(wanted.Vsock, vsock)
        ? vsock
        : throw (live ? Missing("matching vsock device not found") : VireoException.OperationFailed(ErrorDomain.Qemu, "matching vsock device not found"));
}
