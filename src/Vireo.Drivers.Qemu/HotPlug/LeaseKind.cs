using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Leases of a lock manager. There is none for running guests, so only definitions gain and lose them.</summary>
internal sealed class LeaseKind() : DeviceKind("lease")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        Unsupported.WhenAny(live ? wanted.Leases : default, "<lease>");
        var lease = wanted.Leases[0];
        if (At(wanted, config) >= 0)
        {
            throw Present($"Lease {lease.Key} in lockspace {lease.Lockspace} already exists");
        }
    }

    /// <inheritdoc/>
    public override DomainConfig Add(DevicesConfig wanted, DomainConfig config) => config with { Devices = config.Devices with { Leases = config.Devices.Leases.Add(wanted.Leases[0]) } };

    /// <inheritdoc/>
    public override DomainConfig Remove(DevicesConfig wanted, DomainConfig config) => At(wanted, config) is >= 0 and var at
        ? config with { Devices = config.Devices with { Leases = config.Devices.Leases.RemoveAt(at) } }
        : throw Missing(NotThere(wanted));

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live) => throw VireoException.InvalidArgument(ErrorDomain.Qemu, NotThere(wanted));

    private static string NotThere(DevicesConfig wanted) => $"Lease {wanted.Leases[0].Key} in lockspace {wanted.Leases[0].Lockspace} does not exist";

    private static int At(DevicesConfig wanted, DomainConfig config) =>
        config.Devices.Leases.FindIndex(other => other.Key == wanted.Leases[0].Key && other.Lockspace == wanted.Leases[0].Lockspace);
}
