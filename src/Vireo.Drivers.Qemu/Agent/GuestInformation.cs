using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Agent;

/// <summary>Gathers what a guest tells of itself, under libvirt's names (<c>virDomainGetGuestInfo</c>).</summary>
/// <param name="agent">The guest's agent.</param>
/// <param name="wanted">Which kinds; none for all that the agent knows of.</param>
internal sealed class GuestInformation(GuestAgent agent, DomainGuestInfoTypes wanted)
{
    /// <summary>All kinds there are.</summary>
    public const DomainGuestInfoTypes Known = DomainGuestInfoTypes.Users | DomainGuestInfoTypes.Os | DomainGuestInfoTypes.Timezone | DomainGuestInfoTypes.Hostname
        | DomainGuestInfoTypes.Filesystem | DomainGuestInfoTypes.Disks | DomainGuestInfoTypes.Interfaces;

    // What the protocol can carry.
    private const int MostParameters = 2048;

    private static readonly string[] s_systemFacts =
        ["id", "name", "pretty-name", "version", "version-id", "machine", "variant", "variant-id", "kernel-release", "kernel-version"];

    private readonly List<TypedParam> _told = [];

    /// <summary>Asks the guest.</summary>
    /// <param name="live">The live document, by which disks get their targets' names.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="GuestAgent.ExecuteAsync"/>; VIR_ERR_INTERNAL_ERROR: what the guest said is not understood, or too much.</exception>
    public async Task<TypedParam[]> GatherAsync(DomainConfig live, CancellationToken cancellationToken)
    {
        await TellAsync(DomainGuestInfoTypes.Users, agent.GetUsersAsync, TellUsers).ConfigureAwait(false);
        await TellAsync(DomainGuestInfoTypes.Os, agent.GetOperatingSystemAsync, TellSystem).ConfigureAwait(false);
        await TellAsync(DomainGuestInfoTypes.Timezone, agent.GetTimezoneAsync, TellTimezone).ConfigureAwait(false);
        await TellAsync(DomainGuestInfoTypes.Hostname, agent.GetHostNameAsync, name => Tell("hostname", name)).ConfigureAwait(false);
        await TellAsync(DomainGuestInfoTypes.Filesystem, agent.GetFileSystemsAsync, systems => TellFileSystems(systems, live)).ConfigureAwait(false);
        await TellAsync(DomainGuestInfoTypes.Disks, agent.GetDisksAsync, disks => TellDisks(disks, live)).ConfigureAwait(false);
        await TellAsync(DomainGuestInfoTypes.Interfaces, agent.GetInterfacesAsync, TellInterfaces).ConfigureAwait(false);
        return _told.Count <= MostParameters ? [.. _told] : throw GuestAnswer.Error($"the guest agent tells more than {MostParameters} things");

        async Task TellAsync<T>(DomainGuestInfoTypes kind, Func<CancellationToken, Task<T>> ask, Action<T> tell)
        {
            if (wanted != 0 && !wanted.HasFlag(kind))
                return;
            try
            {
                tell(await ask(cancellationToken).ConfigureAwait(false));
            }
            catch (VireoException e) when (wanted == 0 && e.InnerException is QmpErrorException { ErrorClass: "CommandNotFound" or "CommandDisabled" })
            {
                // All that there is to know is what this agent knows.
            }
        }
    }

    private void TellUsers(IReadOnlyList<GuestUser> users)
    {
        Tell("user.count", (uint)users.Count);
        for (var i = 0; i < users.Count; i++)
        {
            Tell($"user.{i}.name", users[i].Name);
            Tell($"user.{i}.domain", users[i].Domain);
            Tell($"user.{i}.login-time", users[i].LoginMilliseconds);
        }
    }

    private void TellSystem(JsonElement system)
    {
        foreach (var fact in s_systemFacts)
            Tell("os." + fact, system.Text(fact));
    }

    private void TellTimezone((string? Zone, int Offset) timezone)
    {
        Tell("timezone.name", timezone.Zone);
        _told.Add(TypedParam.Of("timezone.offset", timezone.Offset));
    }

    private void TellFileSystems(IReadOnlyList<GuestFileSystem> systems, DomainConfig live)
    {
        if (systems.Count > 0)
            Tell("fs.count", (uint)systems.Count);
        for (var i = 0; i < systems.Count; i++)
        {
            var system = systems[i];
            Tell($"fs.{i}.name", system.Name);
            Tell($"fs.{i}.mountpoint", system.Mountpoint);
            Tell($"fs.{i}.fstype", system.Kind);
            Tell($"fs.{i}.total-bytes", system.TotalBytes);
            Tell($"fs.{i}.used-bytes", system.UsedBytes);
            Tell($"fs.{i}.disk.count", (uint)system.Disks.Count);
            for (var j = 0; j < system.Disks.Count; j++)
            {
                Tell($"fs.{i}.disk.{j}.alias", GuestDiskTargets.Find(live, system.Disks[j]));
                Tell($"fs.{i}.disk.{j}.serial", system.Disks[j].Serial);
                Tell($"fs.{i}.disk.{j}.device", system.Disks[j].Device);
            }
        }
    }

    private void TellDisks(IReadOnlyList<GuestDisk> disks, DomainConfig live)
    {
        if (disks.Count > 0)
            Tell("disk.count", (uint)disks.Count);
        for (var i = 0; i < disks.Count; i++)
        {
            var disk = disks[i];
            Tell($"disk.{i}.name", disk.Name);
            _told.Add(TypedParam.Of($"disk.{i}.partition", disk.Partition));
            if (disk.Dependencies.Count > 0)
                Tell($"disk.{i}.dependency.count", (uint)disk.Dependencies.Count);
            for (var j = 0; j < disk.Dependencies.Count; j++)
                Tell($"disk.{i}.dependency.{j}.name", disk.Dependencies[j]);
            Tell($"disk.{i}.serial", disk.Address?.Serial);
            Tell($"disk.{i}.alias", disk.Address is { } address ? GuestDiskTargets.Find(live, address) : null);
            Tell($"disk.{i}.guest_alias", disk.Alias);
        }
    }

    private void TellInterfaces(IReadOnlyList<DomainInterface> interfaces)
    {
        if (interfaces.Count > 0)
            Tell("if.count", (uint)interfaces.Count);
        for (var i = 0; i < interfaces.Count; i++)
        {
            var (name, hardware, addresses) = interfaces[i];
            Tell($"if.{i}.name", name);
            Tell($"if.{i}.hwaddr", hardware ?? "");
            Tell($"if.{i}.addr.count", (uint)addresses.Length);
            for (var j = 0; j < addresses.Length; j++)
            {
                Tell($"if.{i}.addr.{j}.type", addresses[j].Type == (int)IPAddrType.Ipv6 ? "ipv6" : "ipv4");
                Tell($"if.{i}.addr.{j}.addr", addresses[j].Addr);
                Tell($"if.{i}.addr.{j}.prefix", addresses[j].Prefix);
            }
        }
    }

    private void Tell(string name, string? value)
    {
        if (value is not null)
            _told.Add(TypedParam.Of(name, value));
    }

    private void Tell(string name, uint value) => _told.Add(TypedParam.Of(name, value));

    private void Tell(string name, ulong? value)
    {
        if (value is { } number)
            _told.Add(TypedParam.Of(name, number));
    }
}
