using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>USB devices of somebody else's.</summary>
internal sealed class RedirectionKind() : DeviceKind("redirdev")
{
    private const string NotThere = "no matching redirdev was not found";

    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live) => UsbBus.Require(config);

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var device = wanted.Redirdevs[0];
        return config.Devices.Redirdevs.Find(other => other.Bus == device.Bus && other.Type == device.Type && Source(other) == Source(device) && IsAt(device, other))
            ?? throw (live ? VireoException.OperationInvalid(ErrorDomain.Qemu, NotThere) : Missing(NotThere));
    }

    private static (string?, string?, string?) Source(RedirdevConfig device) => device.Sources is [var source, ..] ? (source.Path, source.Host, source.Service) : default;
}
