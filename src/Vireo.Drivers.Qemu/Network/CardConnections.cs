using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>Makes what the network cards of guests stand upon. Whoever clears the run away deletes what does not go with its descriptors.</summary>
/// <param name="hypervisor">What all domains share.</param>
internal sealed partial class CardConnections(QemuHypervisor hypervisor)
{
    /// <summary>Connects a card with the host.</summary>
    /// <param name="card">The card.</param>
    /// <param name="place">Its place among the document's.</param>
    /// <param name="taps">Takes what was made, as soon as it is there.</param>
    /// <param name="domain">The document of the domain.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="beside">The live document of a process of the domain that goes on meanwhile; null when there is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As those of what it is connected by; what a script or <c>tc</c> says.</exception>
    public async Task ConnectAsync(InterfaceConfig card, int place, GuestTaps taps, DomainConfig domain, string directory, DomainConfig? beside, CancellationToken cancellationToken)
    {
        if (InterfaceChecks.StartRefusal(card) is { } refusal)
        {
            throw refusal;
        }

        PortProfiles.Refuse(card);
        if (card.Bandwidth is not null && !NetworkArguments.NeedsTap(card) && !NetworkArguments.IsDirect(card))
        {
            LogUnlimited(hypervisor.Log, domain.Name!, card.Mac?.Address, card.Type!.Value.ToXmlName());
        }

        if (!NetworkArguments.IsConnected(card))
        {
            return;
        }

        var wanted = Lifecycle.ResourceHandover.IsHeld(card, beside) ? card with { Target = null } : card;
        var tap = NetworkArguments.IsPasst(card) ? PasstServers.Connect()
            : VdpaDevice.Is(card) ? VdpaDevice.Connect(card)
            : NetworkArguments.IsDirect(card) ? DirectTaps.Connect(wanted, domain.Type, hypervisor.DirectNames, directory, up: !Lifecycle.ResourceHandover.IsFollowed(card, beside))
            : GuestTap.Connect(wanted, domain.Type, hypervisor.TapNames);
        taps.Add(place, tap);
        if (tap.Name is not { } name)
        {
            return;
        }

        var owner = domain.Uuid ?? Guid.Empty;
        if (SwitchPorts.Has(card))
        {
            await SwitchPorts.AddAsync(card, owner, name, directory, cancellationToken).ConfigureAwait(false);
        }

        if (!NetworkArguments.IsDirect(card))
        {
            await InterfaceScripts.UpAsync(card, name, directory, cancellationToken).ConfigureAwait(false);
        }

        if (card.Bandwidth is not null)
        {
            await TrafficShaping.ApplyAsync(name, card, owner, directory, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Starts what serves cards whose connections are there.</summary>
    /// <param name="live">The live document, with aliases.</param>
    /// <param name="taps">The connections.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="owner">Whose the process is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="PasstServers.StartAsync"/>.</exception>
    public async Task ServeAsync(DomainConfig live, GuestTaps taps, string directory, Security.GuestOwner owner, CancellationToken cancellationToken)
    {
        foreach (var (card, server) in taps.Served)
        {
            await PasstServers.StartAsync(hypervisor.Paths, live.Name!, live.Devices.Interfaces[card], server, directory, owner.Account, hypervisor.Log, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(76, LogLevel.Warning, "domain '{Name}': the <bandwidth> of its card '{Address}' limits nothing: setting bandwidth on interfaces of type '{Type}' is not implemented yet")]
    private static partial void LogUnlimited(ILogger log, string name, string? address, string type);
}
