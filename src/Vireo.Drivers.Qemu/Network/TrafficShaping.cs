using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>Limits of a card's traffic: what <c>domiftune</c> shows and sets. The host's kernel keeps to them, told by <c>tc</c>. Rates are in KiB/s, bursts in KiB.</summary>
internal static class TrafficShaping
{
    private const string Program = "tc";

    /// <summary>The names a caller may give, each with its type.</summary>
    public static IReadOnlyList<(string Field, TypedParameterType Type)> Fields { get; } =
    [
        ("inbound.average", TypedParameterType.Uint), ("inbound.peak", TypedParameterType.Uint), ("inbound.burst", TypedParameterType.Uint), ("inbound.floor", TypedParameterType.Uint),
        ("outbound.average", TypedParameterType.Uint), ("outbound.peak", TypedParameterType.Uint), ("outbound.burst", TypedParameterType.Uint),
    ];

    /// <summary>What a document says.</summary>
    public static TypedParam[] Read(BandwidthConfig? limits) =>
    [
        .. Fields.Select(field => TypedParam.Of(field.Field, (uint)(field.Field switch
        {
            "inbound.average" => limits?.Inbound?.Average,
            "inbound.peak" => limits?.Inbound?.Peak,
            "inbound.burst" => limits?.Inbound?.Burst,
            "inbound.floor" => limits?.Inbound?.Floor,
            "outbound.average" => limits?.Outbound?.Average,
            "outbound.peak" => limits?.Outbound?.Peak,
            _ => limits?.Outbound?.Burst,
        } ?? 0))),
    ];

    /// <summary>A card's limits with what a caller sets: a direction of which anything is set is set anew, and has no limit when its average is 0.</summary>
    public static BandwidthConfig? Change(BandwidthConfig? before, IReadOnlyCollection<TypedParam> given)
    {
        BandwidthLimit? Direction(string name, BandwidthLimit? present)
        {
            ulong? Value(string what) => given.Where(parameter => parameter.Field == $"{name}.{what}").Select(static parameter => parameter.Unsigned).FirstOrDefault() is > 0 and var value ? value : null;
            var set = new BandwidthLimit { Average = Value("average"), Peak = Value("peak"), Burst = Value("burst"), Floor = Value("floor") };
            return !given.Any(parameter => parameter.Field.StartsWith(name + ".", StringComparison.Ordinal)) ? present : set is { Average: null, Floor: null } ? null : set;
        }

        var (inbound, outbound) = (Direction("inbound", before?.Inbound), Direction("outbound", before?.Outbound));
        return inbound is null && outbound is null ? null : (before ?? new BandwidthConfig()) with { Inbound = inbound, Outbound = outbound };
    }

    /// <summary>A card's limits for its device on the host: one that stands upon another has the guest's directions, a tap the opposite ones.</summary>
    private static BandwidthConfig? AsDeviceSees(InterfaceConfig card) =>
        card is { Type: InterfaceType.Direct, Bandwidth: { } limits } ? limits with { Inbound = limits.Outbound, Outbound = limits.Inbound } : card.Bandwidth;

    /// <summary>Refuses limits that nobody could keep to.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the card has no device on the host, or only networks have what is asked for.</exception>
    public static void Check(InterfaceConfig card, BandwidthConfig limits)
    {
        if (!NetworkArguments.NeedsTap(card) && !NetworkArguments.IsDirect(card))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"setting bandwidth on interfaces of type '{card.Type?.ToXmlName()}' is not implemented yet");
        }

        if (limits.Inbound?.Floor > 0)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "floor attribute is supported only for interfaces of type network with forward type 'nat', 'route', 'open' or none");
        }
    }

    /// <summary>Has a card's device keep to the card's limits, and to no others.</summary>
    /// <param name="device">The host's end of the card.</param>
    /// <param name="card">The card.</param>
    /// <param name="domain">Whose it is.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: what the program says.</exception>
    public static Task ApplyAsync(string device, InterfaceConfig card, Guid domain, string directory, CancellationToken cancellationToken) => SwitchPorts.IsOpen(card)
        ? SwitchShaping.ApplyAsync(device, card.Bandwidth, domain, directory, cancellationToken)
        : ApplyAsync(device, AsDeviceSees(card), directory, cancellationToken);

    /// <summary>Has a card's device keep to other limits; to those from before when it cannot keep to the new ones.</summary>
    /// <param name="device">The host's end of the card.</param>
    /// <param name="before">The card as it is.</param>
    /// <param name="after">The card as it is to be.</param>
    /// <param name="domain">Whose it is.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: what the program says.</exception>
    public static async Task ReplaceAsync(string device, InterfaceConfig before, InterfaceConfig after, Guid domain, string directory, CancellationToken cancellationToken) => await UndoStack.RunAsync(async undo =>
    {
        undo.Push($"limit the traffic of '{device}' as before", () => new ValueTask(ApplyAsync(device, before, domain, directory, CancellationToken.None)));
        await ApplyAsync(device, after, domain, directory, cancellationToken).ConfigureAwait(false);
    }).ConfigureAwait(false);

    private static async Task ApplyAsync(string device, BandwidthConfig? limits, string directory, CancellationToken cancellationToken)
    {
        await TryAsync(["qdisc", "del", "dev", device, "root"], directory, cancellationToken).ConfigureAwait(false);
        await TryAsync(["qdisc", "del", "dev", device, "ingress"], directory, cancellationToken).ConfigureAwait(false);
        if (limits?.Inbound is { Average: { } average } inbound)
        {
            // What the guest receives is what the host sends into the tap.
            await RunAsync(["qdisc", "add", "dev", device, "root", "handle", "1:", "htb", "default", "1"], directory, cancellationToken).ConfigureAwait(false);
            string[] peak = inbound.Peak is { } most ? ["ceil", Rate(most)] : [];
            string[] burst = inbound.Burst is { } size ? ["burst", Size(size)] : [];
            await RunAsync(["class", "add", "dev", device, "parent", "1:", "classid", "1:1", "htb", "rate", Rate(average), .. peak, .. burst], directory, cancellationToken).ConfigureAwait(false);
        }

        if (limits?.Outbound is { Average: { } sent } outbound)
        {
            await RunAsync(["qdisc", "add", "dev", device, "ingress"], directory, cancellationToken).ConfigureAwait(false);
            await RunAsync(
                ["filter", "add", "dev", device, "parent", "ffff:", "protocol", "all", "u32", "match", "u32", "0", "0", "police", "rate", Rate(sent), "burst", Size(outbound.Burst ?? sent), "mtu", "64kb", "drop", "flowid", ":1"],
                directory,
                cancellationToken).ConfigureAwait(false);
        }
    }

    // What is to be removed may never have been there: then the program fails, which is well.
    private static async Task TryAsync(string[] arguments, string directory, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(arguments, directory, cancellationToken).ConfigureAwait(false);
        }
        catch (VireoException e) when (e.Code == ErrorCode.InternalError)
        {
        }
    }

    private static Task RunAsync(string[] arguments, string directory, CancellationToken cancellationToken) => CheckedProgram.RunAsync(Program, arguments, directory, cancellationToken);

    private static string Rate(ulong kibibytes) => string.Create(CultureInfo.InvariantCulture, $"{kibibytes}kbps");

    private static string Size(ulong kibibytes) => string.Create(CultureInfo.InvariantCulture, $"{kibibytes}kb");
}
