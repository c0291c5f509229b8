using Vireo.Config;
using Vireo.Drivers.Qemu.Agent;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu;

/// <content>What the guest tells of itself through its agent, and its users and processors.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask<TypedParam[]> DomainGetGuestInfoAsync(DomainRef dom, uint types, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainGetGuestInfo");
        if ((types & ~(uint)GuestInformation.Known) is not 0 and var unknown)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"unsupported guest information types '0x{unknown:x}'");
        }

        var live = Find(dom).View.Config;
        return await AskAsync(dom, "virDomainGetGuestInfo", agent => new GuestInformation(agent, (DomainGuestInfoTypes)types).GatherAsync(live, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainGetFsinfoResult> DomainGetFsinfoAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainGetFSInfo");
        const int Most = 256;
        var domain = Find(dom);
        var systems = await AskAsync(dom, "virDomainGetFSInfo", agent => agent.GetFileSystemsAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        if (systems.Count > Most)
        {
            throw new VireoException(ErrorCode.Rpc, ErrorDomain.Rpc, $"Too many mountpoints in fsinfo: {systems.Count} for limit {Most}");
        }

        var live = domain.View.Config;
        return new DomainGetFsinfoResult(
            [.. systems.Select(system => new DomainFsinfo(system.Mountpoint, system.Name, system.Kind, [.. system.Disks.Select(disk => GuestDiskTargets.Find(live, disk)).OfType<string>()]))],
            (uint)systems.Count);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetUserPasswordAsync(DomainRef dom, string? user, string? password, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainSetUserPasswordFlags.PasswordEncrypted, "qemuDomainSetUserPassword");
        Find(dom);
        await TellAsync(dom, "virDomainSetUserPassword", agent => agent.SetPasswordAsync(user ?? "", password ?? "", crypted: flags != 0, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<string[]> DomainAuthorizedSshKeysGetAsync(DomainRef dom, string user, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainAuthorizedSSHKeysGet");
        return await AskAsync(dom, "virDomainAuthorizedSSHKeysGet", agent => agent.GetKeysAsync(user, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainAuthorizedSshKeysSetAsync(DomainRef dom, string user, string[] keys, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainAuthorizedSSHKeysSetFlags.Append | DomainAuthorizedSSHKeysSetFlags.Remove, "qemuDomainAuthorizedSSHKeysSet");
        var wanted = (DomainAuthorizedSSHKeysSetFlags)flags;
        await TellAsync(
            dom,
            "virDomainAuthorizedSSHKeysSet",
            agent => wanted.HasFlag(DomainAuthorizedSSHKeysSetFlags.Remove)
                ? agent.RemoveKeysAsync(user, keys, cancellationToken)
                : agent.AddKeysAsync(user, keys, alone: !wanted.HasFlag(DomainAuthorizedSSHKeysSetFlags.Append), cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<TypedParam[]> DomainGetGuestVcpusAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainGetGuestVcpus");
        var vcpus = await AskAsync(dom, "virDomainGetGuestVcpus", agent => agent.GetVcpusAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return [Numbers("vcpus", static _ => true), Numbers("online", static vcpu => vcpu.Online), Numbers("offlinable", static vcpu => vcpu.CanGoOffline)];

        TypedParam Numbers(string name, Func<GuestVcpu, bool> counts) =>
            TypedParam.Of(name, NumberSet.Of(vcpus.Where(counts).Where(static vcpu => vcpu.Id < NumberSet.Limit).Select(static vcpu => (int)vcpu.Id)).ToString());
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetGuestVcpusAsync(DomainRef dom, string cpumap, int state, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainSetGuestVcpus");
        if (state is not (0 or 1))
        {
            throw VireoException.BadArgument(ErrorDomain.Qemu, "qemuDomainSetGuestVcpus", "state", "unsupported state value");
        }

        var chosen = NumberSet.Parse(cpumap);
        await TellAsync(dom, "virDomainSetGuestVcpus", agent => agent.SetVcpusAsync(chosen, state == 1, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainInterface[]> DomainInterfaceAddressesAsync(DomainRef dom, uint source, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainInterfaceAddresses");
        var domain = Find(dom);
        RequireActive(domain);
        return (DomainInterfaceAddressesSource)source switch
        {
            // Leases are those of virtual networks, and no card is on one.
            DomainInterfaceAddressesSource.Lease => [],
            DomainInterfaceAddressesSource.Agent =>
                [.. await AskAsync(dom, "virDomainInterfaceAddresses", agent => agent.GetInterfacesAsync(cancellationToken), cancellationToken).ConfigureAwait(false)],
            DomainInterfaceAddressesSource.Arp => Neighbours(domain.View.Config),
            _ => throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, $"Unknown IP address data source {source}"),
        };
    }

    /// <summary>How many processors the guest uses, or could.</summary>
    private async Task<int> GuestVcpuCountAsync(DomainRef dom, bool maximum, CancellationToken cancellationToken)
    {
        if (!Find(dom).View.IsActive)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "vCPU count provided by the guest agent can only be requested for live domains");
        }

        var vcpus = await AskAsync(dom, "virDomainGetVcpusFlags", agent => agent.GetVcpusAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return vcpus.Count(vcpu => maximum || vcpu.Online);
    }

    private static DomainInterface[] Neighbours(DomainConfig live)
    {
        var met = NeighbourTable.Read().ToLookup(static neighbour => neighbour.HardwareAddress, static neighbour => neighbour.Address, StringComparer.OrdinalIgnoreCase);
        return
        [
            .. from card in live.Devices.Interfaces
               let name = card.Target?.Dev
               let hardware = card.Mac?.Address
               where name is not null && hardware is not null
               from address in met[hardware]
               select new DomainInterface(name, hardware, [new DomainIpAddr((int)IPAddrType.Ipv4, address, 0)]),
        ];
    }

    private Task TellAsync(DomainRef dom, string api, Func<GuestAgent, Task> tell, CancellationToken cancellationToken) => AskAsync(
        dom,
        api,
        async agent =>
        {
            await tell(agent).ConfigureAwait(false);
            return 0;
        },
        cancellationToken);
}
