using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>Limits of traffic at ports of Open vSwitch, which the switch itself keeps to. Rates are in KiB/s, bursts in KiB, as documents have them.</summary>
internal static class SwitchShaping
{
    private const uint BitsOfRate = 8000;
    private const uint BitsOfBurst = 8192;
    private const uint PolicedBits = 8;

    /// <summary>Has a port keep to limits, and to no others.</summary>
    /// <param name="port">Its name.</param>
    /// <param name="limits">The limits; null for none.</param>
    /// <param name="domain">Whose it is.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="cancellationToken">Gives up; all is as it was then.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: what the switch says.</exception>
    public static async Task ApplyAsync(string port, BandwidthConfig? limits, Guid domain, string directory, CancellationToken cancellationToken)
    {
        var (ids, commands) = (IdsOf(port, domain), new List<string[]> { new[] { "--if-exists", "clear", "Port", port, "qos" } });
        commands.AddRange(await RemovalAsync(port, domain, directory, cancellationToken).ConfigureAwait(false));
        if (limits?.Inbound is { Average: not null } inbound)
        {
            var rates = Rates(inbound);
            commands.Add(["set", "Port", port, "qos=@limits", .. ids]);
            commands.Add(["--id=@limits", "create", "QoS", "type=linux-htb", .. rates, "queues:0=@queue", .. ids]);
            commands.Add(["--id=@queue", "create", "Queue", .. rates, .. ids]);
        }

        var (rate, burst) = limits?.Outbound is { Average: { } average } outbound ? (Times(average, PolicedBits), Times(outbound.Burst ?? 0, PolicedBits)) : ("0", "0");
        commands.Add(["set", "Interface", port, $"ingress_policing_rate={rate}", $"ingress_policing_burst={burst}"]);
        await SwitchDatabase.ChangeAsync($"Unable to set the limits of port {port}", commands, directory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The commands that take away what a port's limits are made of, once nothing refers to it.</summary>
    /// <inheritdoc cref="ApplyAsync"/>
    public static async Task<IReadOnlyList<string[]>> RemovalAsync(string port, Guid domain, string directory, CancellationToken cancellationToken)
    {
        var (ids, commands) = (IdsOf(port, domain), new List<string[]>());
        foreach (var table in (string[])["QoS", "Queue"])
        {
            var rows = await SwitchDatabase.FindAsync(table, "_uuid", directory, cancellationToken, ids).ConfigureAwait(false);
            commands.AddRange(rows.Select(row => new[] { "--if-exists", "destroy", table, row }));
        }

        return commands;
    }

    private static string[] IdsOf(string port, Guid domain) => [SwitchDatabase.ExternalId("vm-id", domain.ToString()), SwitchDatabase.ExternalId("ifname", port)];

    private static IEnumerable<string> Rates(BandwidthLimit limit)
    {
        yield return $"other_config:min-rate={Times(limit.Average!.Value, BitsOfRate)}";
        if (limit.Burst is { } burst)
        {
            yield return $"other_config:burst={Times(burst, BitsOfBurst)}";
        }

        if (limit.Peak is { } peak)
        {
            yield return $"other_config:max-rate={Times(peak, BitsOfRate)}";
        }
    }

    private static string Times(ulong value, uint factor) => ((UInt128)value * factor).ToString(CultureInfo.InvariantCulture);
}
