using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>
/// The taps of guests that are ports of a virtual switch: Open vSwitch's, or MidoNet's. A switch keeps them in its own books when the taps have gone, so which ones a run has lies in its directory
/// before the switch is told: whoever clears the run away, a later daemon included, takes them out.
/// </summary>
internal static class SwitchPorts
{
    private const string List = "switch-ports";
    private const string OpenSwitch = "openvswitch";
    private const string Midonet = "midonet";
    private const string MidonetProgram = "mm-ctl";

    /// <summary>Whether a card is a port of a virtual switch.</summary>
    public static bool Has(InterfaceConfig card) => card is { Type: InterfaceType.Bridge, Virtualport.Type: OpenSwitch or Midonet };

    /// <summary>Whether a card is a port of Open vSwitch.</summary>
    public static bool IsOpen(InterfaceConfig card) => card is { Type: InterfaceType.Bridge, Virtualport.Type: OpenSwitch };

    /// <summary>Makes a card's tap a port.</summary>
    /// <param name="card">The card.</param>
    /// <param name="domain">Whose it is.</param>
    /// <param name="tap">The tap's name.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the switch is not there, or refuses. What was made is in the run's list.</exception>
    public static async Task AddAsync(InterfaceConfig card, Guid domain, string tap, string directory, CancellationToken cancellationToken)
    {
        var entry = new Entry(card.Virtualport!.Type!, tap, card.Virtualport.Parameters?.Interfaceid ?? "", domain);
        Write(directory, [.. Entries(directory).Where(other => other.Name != tap), entry]);
        if (entry.Kind == Midonet)
        {
            await BindAsync($"Unable to bind port {tap} to the virtual port {entry.Interface}", ["--bind-port", entry.Interface, tap], directory, cancellationToken).ConfigureAwait(false);
            return;
        }

        var bridge = card.Source!.Bridge!;
        await SwitchDatabase.ChangeAsync($"Unable to add port {tap} to OVS bridge {bridge}", Addition(card, entry, bridge), directory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has a port of Open vSwitch carry other VLANs.</summary>
    /// <param name="tap">Its name.</param>
    /// <param name="vlan">The VLANs; null for none.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR.</exception>
    public static Task SetVlanAsync(string tap, VlanConfig? vlan, string directory, CancellationToken cancellationToken) =>
        SwitchDatabase.ChangeAsync($"Unable to set vlan configuration on port {tap}", Vlans(tap, vlan), directory, cancellationToken);

    /// <summary>Takes out those of a run that has ended; nothing is held up by one that stays.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="report">Told of such a one.</param>
    public static Task RemoveAllAsync(string directory, Action<string, Exception> report) => RemoveAsync(directory, NamesOf(directory), report);

    /// <summary>Takes out those of a run that have come since.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="kept">Those that were there before.</param>
    /// <param name="report">As of <see cref="RemoveAllAsync"/>.</param>
    public static Task RemoveOthersAsync(string directory, IReadOnlySet<string> kept, Action<string, Exception> report) => RemoveAsync(directory, NamesOf(directory).Except(kept), report);

    /// <summary>Takes out some of a run.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="names">Their names; others than the run's are left alone.</param>
    /// <param name="report">As of <see cref="RemoveAllAsync"/>.</param>
    public static async Task RemoveAsync(string directory, IEnumerable<string> names, Action<string, Exception> report)
    {
        foreach (var entry in Entries(directory).IntersectBy(names, static entry => entry.Name).ToList())
        {
            try
            {
                await RemoveAsync(entry, directory).ConfigureAwait(false);
                Write(directory, Entries(directory).Where(other => other != entry));
            }
            catch (VireoException e)
            {
                report($"take port '{entry.Name}' out of its virtual switch", e);
            }
        }
    }

    /// <summary>The names of those of a run.</summary>
    public static IReadOnlySet<string> NamesOf(string directory) => Entries(directory).Select(static entry => entry.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Tells the switch that a tap of a run has another name now.</summary>
    /// <param name="cards">The run's cards.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="from">The name that it had; nothing is done when no port has it.</param>
    /// <param name="to">The name it has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR.</exception>
    public static async Task RenameAsync(IEnumerable<InterfaceConfig> cards, string directory, string from, string to, CancellationToken cancellationToken)
    {
        if (Entries(directory).Find(entry => entry.Name == from) is { } entry && cards.FirstOrDefault(card => card.Target?.Dev == to && Has(card)) is { } card)
        {
            await AddAsync(card, entry.Domain, to, directory, cancellationToken).ConfigureAwait(false);
            if (card.Bandwidth is not null && IsOpen(card))
            {
                await SwitchShaping.ApplyAsync(to, card.Bandwidth, entry.Domain, directory, cancellationToken).ConfigureAwait(false);
            }

            // MidoNet has one tap at each of its ports: the one that came last.
            if (entry.Kind == OpenSwitch)
            {
                await RemoveAsync(entry, directory).ConfigureAwait(false);
            }

            Write(directory, Entries(directory).Where(other => other != entry));
        }
    }

    // What an earlier port of the name had that the switch still has in its books is not the card's.
    private static IEnumerable<string[]> Addition(InterfaceConfig card, Entry entry, string bridge)
    {
        string[] profile = card.Virtualport!.Parameters?.Profileid is { Length: > 0 } id ? [SwitchDatabase.ExternalId("port-profile", id), SwitchDatabase.ExternalId("ifname", entry.Name)] : [];
        return
        [
            ["--may-exist", "add-port", bridge, entry.Name],
            ["clear", "Port", entry.Name, "qos"],
            .. Vlans(entry.Name, card.Vlan),
            [
                "set", "Interface", entry.Name, SwitchDatabase.ExternalId("attached-mac", card.Mac!.Address!), SwitchDatabase.ExternalId("iface-id", entry.Interface),
                SwitchDatabase.ExternalId("vm-id", entry.Domain.ToString()), .. profile, "external-ids:iface-status=active",
            ],
        ];
    }

    private static IEnumerable<string[]> Vlans(string port, VlanConfig? vlan)
    {
        yield return ["clear", "Port", port, "tag", "trunks", "vlan_mode"];
        if (vlan is { Tags.IsEmpty: false })
        {
            var native = vlan.Tags.Find(static tag => tag.NativeMode is "tagged" or "untagged");
            string[] first = native is null ? [] : [$"vlan_mode=native-{native.NativeMode}", $"tag={Text(native)}"];
            yield return ["set", "Port", port, .. first, vlan.Trunk == true ? $"trunks={string.Join(',', vlan.Tags.Select(Text))}" : $"tag={Text(vlan.Tags[0])}"];
        }
    }

    private static string Text(VlanTag tag) => (tag.Id ?? 0).ToString(CultureInfo.InvariantCulture);

    // By now another daemon's guest may have a port of the name.
    private static async Task RemoveAsync(Entry entry, string directory)
    {
        if (entry.Kind == Midonet)
        {
            await BindAsync($"Unable to unbind the virtual port {entry.Interface} from Midonet", ["--unbind-port", entry.Interface], directory, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        var own = await SwitchDatabase.FindAsync("Interface", "name", directory, CancellationToken.None, $"name={SwitchDatabase.Text(entry.Name)}", SwitchDatabase.ExternalId("iface-id", entry.Interface)).ConfigureAwait(false);
        var limits = await SwitchShaping.RemovalAsync(entry.Name, entry.Domain, directory, CancellationToken.None).ConfigureAwait(false);
        var failure = $"Unable to delete port {entry.Name} from OVS";
        if (limits.Count > 0)
        {
            // By itself: a port that goes holds on to them until it has gone.
            string[][] port = own.Count > 0 ? [["--if-exists", "clear", "Port", entry.Name, "qos"]] : [];
            await SwitchDatabase.ChangeAsync(failure, [.. port, .. limits], directory, CancellationToken.None).ConfigureAwait(false);
        }

        if (own.Count > 0)
        {
            await SwitchDatabase.ChangeAsync(failure, [["--if-exists", "del-port", entry.Name]], directory, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task BindAsync(string failure, string[] arguments, string directory, CancellationToken cancellationToken)
    {
        var (success, printed) = await CheckedProgram.TryAsync(MidonetProgram, arguments, directory, cancellationToken).ConfigureAwait(false);
        if (!success)
        {
            throw VireoException.Internal(ErrorDomain.None, $"{failure}: {printed}");
        }
    }

    private static List<Entry> Entries(string directory) =>
    [
        .. new RunList(directory, List).Read().Select(static line => line.Split(' ')).Where(static words => words.Length == 4 && Guid.TryParse(words[3], out _))
            .Select(static words => new Entry(words[0], words[1], words[2], Guid.Parse(words[3]))),
    ];

    private static void Write(string directory, IEnumerable<Entry> entries) =>
        new RunList(directory, List).Write(entries.Select(static entry => $"{entry.Kind} {entry.Name} {entry.Interface} {entry.Domain}"));

    private sealed record Entry(string Kind, string Name, string Interface, Guid Domain);
}
