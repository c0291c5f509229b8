using Vireo.Config;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Changes the devices of a domain: those of the running guest, those of its definition, or both. Within the domain's job.</summary>
/// <param name="domain">The domain.</param>
internal sealed class DeviceChanges(QemuDomain domain)
{
    private QemuHypervisor Hypervisor => domain.Hypervisor;

    /// <summary>Adds a device.</summary>
    /// <param name="xml">Its document.</param>
    /// <param name="impact">What changes.</param>
    /// <param name="cancellationToken">Gives up; nothing has changed then.</param>
    /// <exception cref="VireoException">What forbids it.</exception>
    public async Task AttachAsync(string xml, ModificationImpact impact, CancellationToken cancellationToken)
    {
        var (kind, wanted) = Begin(xml);
        DomainConfig? definition = null;
        if (impact.Config)
        {
            var before = domain.View.Persistent!;
            CheckAlias(wanted, before);
            kind.CheckAttach(wanted, before, live: false);
            definition = await CompleteAsync(kind.Add(wanted, before), cancellationToken).ConfigureAwait(false);
        }

        if (impact.Live)
        {
            var devices = Running();
            CheckAlias(wanted, devices.Live);
            if (!await kind.TakeAsync(wanted, devices, cancellationToken).ConfigureAwait(false))
            {
                await new LivePlug(devices).AttachAsync(kind, wanted, cancellationToken).ConfigureAwait(false);
            }
        }

        await SaveAsync(definition).ConfigureAwait(false);
    }

    /// <summary>Removes the device that a document means.</summary>
    /// <inheritdoc cref="AttachAsync"/>
    public async Task DetachAsync(string xml, ModificationImpact impact, CancellationToken cancellationToken)
    {
        var (kind, wanted) = Begin(xml);
        DomainConfig? definition = null;
        if (impact.Config)
        {
            var before = domain.View.Persistent!;
            definition = await CompleteAsync(kind.Remove(Nameless(wanted), before), cancellationToken).ConfigureAwait(false);
        }

        if (impact.Live)
        {
            var devices = Running();
            var gone = kind.Find(wanted, devices.Live, live: true);
            await DetachAsync(devices, gone, wait: true, cancellationToken).ConfigureAwait(false);
        }

        await SaveAsync(definition).ConfigureAwait(false);
    }

    /// <summary>Removes the device of a name; the guest is asked, and not waited for.</summary>
    /// <param name="alias">The name.</param>
    /// <param name="impact">What changes.</param>
    /// <param name="cancellationToken">Gives up; nothing has changed then.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: there is no such device; what else forbids it.</exception>
    public async Task DetachAliasAsync(string alias, ModificationImpact impact, CancellationToken cancellationToken)
    {
        JournalRecovery.RefuseUnfinished(Hypervisor.Paths.QemuJournal, domain.View.Uuid);
        DomainConfig? definition = null;
        if (impact.Config)
        {
            var before = domain.View.Persistent!;
            var gone = Named(before, alias);
            definition = await CompleteAsync(DeviceKinds.Of(gone).Without(gone, before), cancellationToken).ConfigureAwait(false);
        }

        if (impact.Live)
        {
            var devices = Running();
            await DetachAsync(devices, Named(devices.Live, alias), wait: false, cancellationToken).ConfigureAwait(false);
        }

        await SaveAsync(definition).ConfigureAwait(false);
    }

    private static DeviceConfig Named(DomainConfig config, string alias) =>
        config.Devices.All().FirstOrDefault(device => device.Alias == alias) ?? throw VireoException.Internal(ErrorDomain.Qemu, $"no device found with alias {alias}");

    /// <summary>Changes the device that a document means.</summary>
    /// <inheritdoc cref="AttachAsync"/>
    /// <param name="force">The guest is not asked.</param>
    public async Task UpdateAsync(string xml, ModificationImpact impact, bool force, CancellationToken cancellationToken)
    {
        var (kind, wanted) = Begin(xml);
        DomainConfig? definition = null;
        if (impact.Config)
        {
            definition = await CompleteAsync(kind.Update(Nameless(wanted), domain.View.Persistent!), cancellationToken).ConfigureAwait(false);
        }

        if (impact.Live)
        {
            await kind.UpdateAsync(wanted, Running(), force, cancellationToken).ConfigureAwait(false);
        }

        await SaveAsync(definition).ConfigureAwait(false);
    }

    private static async Task DetachAsync(RunningDevices devices, DeviceConfig gone, bool wait, CancellationToken cancellationToken)
    {
        var alone = devices.Live.Devices.Only(device => ReferenceEquals(device, gone));
        if (gone.Address is PciAddress place && IsShared(place, devices.Live))
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"cannot hot unplug {DeviceKinds.Of(gone).Name} device with multifunction PCI guest address: {PciText.Of(place)}");
        }

        DeviceKinds.Of(gone).CheckUnplug(alone, devices);
        await new LiveUnplug(devices).DetachAsync(alone, wait, cancellationToken).ConfigureAwait(false);
    }

    // QEMU takes a whole slot out.
    private static bool IsShared(PciAddress place, DomainConfig live) =>
        live.Devices.All().Count(device => device.Address is PciAddress other && (other.Bus ?? 0, other.Slot ?? 0) == (place.Bus ?? 0, place.Slot ?? 0)) > 1;

    private (DeviceKind Kind, DevicesConfig Device) Begin(string xml)
    {
        JournalRecovery.RefuseUnfinished(Hypervisor.Paths.QemuJournal, domain.View.Uuid);
        var document = DeviceDocument.Parse(xml);
        return (DeviceKinds.Of(document), document.Devices);
    }

    private RunningDevices Running() => new(domain, domain.RequireProcess());

    private ValueTask<DomainConfig> CompleteAsync(DomainConfig config, CancellationToken cancellationToken) => Hypervisor.Builder.CompleteAsync(config, cancellationToken);

    // In a definition only the user's own names count.
    private static DevicesConfig Nameless(DevicesConfig wanted) => wanted.Map(device => device with { Alias = PlugPlan.UserAlias(device.Alias) });

    // Names of the user's own are told apart before anything else; others are given by us.
    private static void CheckAlias(DevicesConfig wanted, DomainConfig config)
    {
        if (PlugPlan.UserAlias(wanted.All().FirstOrDefault()?.Alias) is { } alias && config.Devices.All().Any(d => d.Alias == alias))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"non unique alias detected: {alias}");
        }
    }

    private async Task SaveAsync(DomainConfig? definition)
    {
        if (definition is not null)
        {
            await Hypervisor.Files.SaveDefinitionAsync(definition, CancellationToken.None).ConfigureAwait(false);
            domain.Update(v => v with { Persistent = definition });
        }
    }
}
