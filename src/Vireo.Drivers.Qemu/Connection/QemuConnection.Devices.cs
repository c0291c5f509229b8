using Vireo.Drivers.Qemu.HotPlug;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Devices that come, go and change.</content>
internal sealed partial class QemuConnection
{
    private const uint LiveOnly = (uint)DomainDeviceModifyFlags.Live;

    /// <inheritdoc/>
    public override ValueTask DomainAttachDeviceAsync(DomainRef dom, string xml, CancellationToken cancellationToken) => DomainAttachDeviceFlagsAsync(dom, xml, LiveOnly, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DomainAttachDeviceFlagsAsync(DomainRef dom, string xml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainDeviceModifyFlags.Live | DomainDeviceModifyFlags.Config, "qemuDomainAttachDeviceLiveAndConfig");
        return ChangeAsync(dom, "virDomainAttachDeviceFlags", flags, (changes, impact) => changes.AttachAsync(xml, impact, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DomainDetachDeviceAsync(DomainRef dom, string xml, CancellationToken cancellationToken) => DomainDetachDeviceFlagsAsync(dom, xml, LiveOnly, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DomainDetachDeviceFlagsAsync(DomainRef dom, string xml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainDeviceModifyFlags.Live | DomainDeviceModifyFlags.Config, "qemuDomainDetachDeviceLiveAndConfig");
        return ChangeAsync(dom, "virDomainDetachDeviceFlags", flags, (changes, impact) => changes.DetachAsync(xml, impact, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DomainDetachDeviceAliasAsync(DomainRef dom, string alias, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainDeviceModifyFlags.Live | DomainDeviceModifyFlags.Config, "qemuDomainDetachDeviceAliasLiveAndConfig");
        return ChangeAsync(dom, "virDomainDetachDeviceAlias", flags, (changes, impact) => changes.DetachAliasAsync(alias, impact, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DomainUpdateDeviceFlagsAsync(DomainRef dom, string xml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainDeviceModifyFlags.Live | DomainDeviceModifyFlags.Config | DomainDeviceModifyFlags.Force, "qemuDomainUpdateDeviceFlags");
        var force = (flags & (uint)DomainDeviceModifyFlags.Force) != 0;
        return ChangeAsync(dom, "virDomainUpdateDeviceFlags", flags, (changes, impact) => changes.UpdateAsync(xml, impact, force, cancellationToken), cancellationToken);
    }

    private async ValueTask ChangeAsync(DomainRef dom, string function, uint flags, Func<DeviceChanges, ModificationImpact, Task> change, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var turn = await domain.EnterAsync(function, cancellationToken).ConfigureAwait(false);
        await change(new DeviceChanges(domain), ModificationImpact.Of(domain.View, flags)).ConfigureAwait(false);
    }
}
