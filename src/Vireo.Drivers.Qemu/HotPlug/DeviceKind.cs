using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>What holds for the devices of one kind when they come, go or change. What a kind does not say is refused, as libvirt does.</summary>
/// <param name="name">libvirt's word for it in messages.</param>
internal abstract class DeviceKind(string name)
{
    /// <summary>libvirt's word for it in messages.</summary>
    public string Name { get; } = name;

    /// <summary>Whether a device of the kind may come into a document; called before its defaults are known.</summary>
    /// <param name="wanted">The device, alone.</param>
    /// <param name="config">The document it is to come into.</param>
    /// <param name="live">The document is that of a running guest.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED, or libvirt's error for what forbids it.</exception>
    public virtual void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live) => throw NotSupported("attach", live);

    /// <summary>Whether it may come into a running guest; called with its defaults, before anything is done.</summary>
    /// <param name="device">The device, alone, as it will be.</param>
    /// <param name="live">The running guest's document, without it.</param>
    /// <exception cref="VireoException">libvirt's error for what forbids it.</exception>
    public virtual void CheckPlug(DevicesConfig device, DomainConfig live)
    {
    }

    /// <summary>A definition with a device of the kind, before its defaults are known.</summary>
    public virtual DomainConfig Add(DevicesConfig wanted, DomainConfig config) => config with { Devices = config.Devices.Plus(wanted) };

    /// <summary>A definition without the device that is meant.</summary>
    /// <exception cref="VireoException">As <see cref="Find"/>.</exception>
    public virtual DomainConfig Remove(DevicesConfig wanted, DomainConfig config)
    {
        var gone = Find(wanted, config, live: false);
        return Without(gone, config);
    }

    /// <summary>A document without one of its devices.</summary>
    public virtual DomainConfig Without(DeviceConfig gone, DomainConfig config) => config with { Devices = config.Devices.Without(device => ReferenceEquals(device, gone)) };

    /// <summary>What a device that has been plugged in is like, as only QEMU can tell.</summary>
    /// <param name="device">The device, alone.</param>
    /// <param name="devices">The guest's devices.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual Task<DevicesConfig> ObserveAsync(DevicesConfig device, RunningDevices devices, CancellationToken cancellationToken) => Task.FromResult(device);

    /// <summary>The device of a document that is meant.</summary>
    /// <param name="wanted">What is said of it.</param>
    /// <param name="config">The document.</param>
    /// <param name="live">The document is that of a running guest.</param>
    /// <exception cref="VireoException">VIR_ERR_DEVICE_MISSING or another of libvirt's errors: there is none, or more than one.</exception>
    public virtual DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live) => throw NotSupported("detach", live);

    /// <summary>Whether it may be taken from a running guest.</summary>
    /// <param name="device">The device, alone.</param>
    /// <param name="devices">The guest's devices.</param>
    /// <exception cref="VireoException">libvirt's error for what forbids it.</exception>
    public virtual void CheckUnplug(DevicesConfig device, RunningDevices devices)
    {
    }

    /// <summary>Takes a device that is to come for the change of one that is there: a medium in a drive.</summary>
    /// <returns>False when it is to come.</returns>
    public virtual Task<bool> TakeAsync(DevicesConfig wanted, RunningDevices devices, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>The definition with a device changed.</summary>
    /// <param name="wanted">The device as it is to be.</param>
    /// <param name="config">The definition.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED, or libvirt's error for what forbids it.</exception>
    public virtual DomainConfig Update(DevicesConfig wanted, DomainConfig config) => throw NotSupported("update", live: false);

    /// <summary>Changes a device of a running guest.</summary>
    /// <param name="wanted">The device as it is to be, with its defaults.</param>
    /// <param name="devices">The guest's devices.</param>
    /// <param name="force">The guest is not asked.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED, or libvirt's error for what forbids it.</exception>
    public virtual Task UpdateAsync(DevicesConfig wanted, RunningDevices devices, bool force, CancellationToken cancellationToken) =>
        throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"live update of device '{Name}' is not supported");

    /// <summary>The refusal of what devices of the kind cannot.</summary>
    protected VireoException NotSupported(string what, bool live) =>
        new(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"{(live ? "live" : "persistent")} {what} of device '{Name}' is not supported");

    /// <summary>A device that is not there.</summary>
    protected static VireoException Missing(string text) => new(ErrorCode.DeviceMissing, ErrorDomain.Qemu, text);

    /// <summary>What a domain has at most once, or not twice alike.</summary>
    protected static VireoException Present(string text) => VireoException.OperationInvalid(ErrorDomain.Qemu, text);

    /// <summary>What a running guest cannot have.</summary>
    protected static VireoException Unpluggable(string text) => new(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, text);

    /// <summary>Whether an address that is asked for is the one that is there.</summary>
    protected static bool IsAt(DeviceConfig wanted, DeviceConfig present) => wanted.Address is null || wanted.Address == present.Address;
}
