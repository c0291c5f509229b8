using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host;
using Vireo.Host.Files;
using Vireo.Host.Processes;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>
/// The passt processes that forward guests' packets as an ordinary user of the host would send them, one for each card. Each inherits its end of a connection to QEMU and ends with that.
/// </summary>
internal static partial class PasstServers
{
    private const string Program = "passt";
    private const uint Nobody = 65534;
    private const int LongestComplaint = 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>The connection of a card: QEMU's end is its queue.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static GuestTap Connect()
    {
        // A descriptor of its own: a socket that nothing names any more closes the one it came with.
        var (hypervisor, server) = UnixSocket.Pair();
        using (hypervisor)
        {
            try
            {
                return new GuestTap(null, [HostFile.Duplicate(hypervisor.SafeHandle)], []) { Server = server };
            }
            catch
            {
                server.Dispose();
                throw;
            }
        }
    }

    /// <summary>Starts the one of a card, and waits until it has the ports that it forwards.</summary>
    /// <param name="paths">Where everything lies.</param>
    /// <param name="domain">The domain's name.</param>
    /// <param name="card">The card, with its alias.</param>
    /// <param name="connection">Its end of the connection.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="account">The user that guests run as; null for the daemon's.</param>
    /// <param name="log">Told when it ends badly: the card is cut off then.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <remarks>Whoever clears the run away ends it, also when it cannot be started.</remarks>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it is not there, or complains; VIR_ERR_SYSTEM_ERROR.</exception>
    public static async Task StartAsync(VireoPaths paths, string domain, InterfaceConfig card, Socket connection, string directory, HostAccount? account, ILogger log, CancellationToken cancellationToken)
    {
        var program = ProgramPath.Find(Program) ?? throw VireoException.Internal(ErrorDomain.Qemu, $"Cannot find '{Program}' in path");
        var printedTo = card.Backend?.LogFile ?? Path.Combine(paths.QemuLog, $"{domain}-{card.Alias}-{Program}.log");
        using var printed = HostFile.OpenLog(printedTo);
        long? before = FileStatus.TryOf(printedTo) is { Kind: FileKind.Regular } file ? file.Size : null;
        var (told, tells) = HostPipe.Create();
        using (told)
        {
            using (tells)
            {
                HostPipe.LetOthersOpen(tells);
                using var inherited = new InheritedFds();
                string[] own = ["--foreground", "--fd", Text((uint)inherited.Add(connection.SafeHandle)), "--pid", $"/proc/self/fd/{Text((uint)inherited.Add(tells))}"];
                var start = new ProcessStart(program, [.. own, .. Options(card)]) { Inherited = inherited.Entries, WorkingDirectory = "/" };
                RunServants.Start(directory, NameOf(card.Alias!), start.As(Harmless(account)).PrintingTo(printed), (pid, status) => LogLost(log, domain, card.Alias!, pid, status));
            }

            // It writes its number when it is ready, and nothing when it ends before.
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(s_patience);
            try
            {
                if (await HostPipe.HasDataAsync(told, deadline.Token).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // It hangs: what it says of that is the best there is.
            }
        }

        throw VireoException.Internal(ErrorDomain.Qemu, $"Could not start '{Program}': {Complaint(printedTo, before)}");
    }

    /// <summary>Ends the one of a card that has gone.</summary>
    /// <param name="alias">The card.</param>
    /// <param name="directory">The run's directory.</param>
    public static Task EndAsync(string alias, string directory) => RunServants.EndAsync(directory, NameOf(alias));

    /// <summary>Ends those of a run whose cards never came.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="kept">The cards that are there.</param>
    public static async Task EndOthersAsync(string directory, IEnumerable<string> kept)
    {
        foreach (var name in RunServants.Names(directory).Where(static name => name.EndsWith("-" + Program, StringComparison.Ordinal)).Except(kept.Select(NameOf)).ToList())
        {
            await RunServants.EndAsync(directory, name).ConfigureAwait(false);
        }
    }

    /// <summary>What a card's document says, as the program's options.</summary>
    internal static IEnumerable<string> Options(InterfaceConfig card)
    {
        if (card.Mtu is { } mtu)
        {
            yield return "--mtu";
            yield return Text(mtu);
        }

        if (card.Source?.Dev is { } device)
        {
            yield return "--interface";
            yield return device;
        }

        foreach (var ip in card.Ips)
        {
            yield return "--address";
            yield return ip.Address!;
            if (ip.Prefix is { } prefix && !ip.Address!.Contains(':', StringComparison.Ordinal))
            {
                yield return "--netmask";
                yield return Text(prefix);
            }
        }

        foreach (var forward in card.PortForwards)
        {
            yield return forward.Proto == PortForwardProtocol.Udp ? "--udp-ports" : "--tcp-ports";
            yield return Ports(forward);
        }
    }

    private static string Ports(PortForwardConfig forward)
    {
        var place = forward.Address + (forward.Dev is { } device ? "%" + device : "");
        var ranges = forward.Ranges.Select(range =>
        {
            var last = range.End is { } end ? "-" + Text(end) : "";
            var to = range.To is { } first ? ":" + Text(first) + (range.End is { } until ? "-" + Text(first + until - (range.Start ?? 0)) : "") : "";
            return (range.Exclude == true ? "~" : "") + Text(range.Start ?? 0) + last + to;
        });
        return forward.Ranges.IsEmpty ? (place.Length > 0 ? place + "/" : "") + "all" : (place.Length > 0 ? place + "/" : "") + string.Join(',', ranges);
    }

    // It runs as nobody where guests run as root: it wants no rights.
    private static HostAccount? Harmless(HostAccount? account) => account is { User: not 0 } ? account
        : CurrentUser.Id == 0 ? new HostAccount(HostAccount.FindUser("nobody") ?? Nobody, HostAccount.FindGroup("nogroup") ?? HostAccount.FindGroup("nobody") ?? Nobody, [])
        : null;

    private static string Complaint(string path, long? from)
    {
        const string nothing = "it says nothing";
        if (from is not { } place)
        {
            return nothing;
        }

        using var file = HostFile.OpenExisting(path);
        var start = Math.Max(place, RandomAccess.GetLength(file) - LongestComplaint);
        var buffer = new byte[LongestComplaint];
        var lines = Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(file, buffer, start)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.LastOrDefault(static line => !line.Contains("to syslog", StringComparison.Ordinal)) ?? nothing;
    }

    private static string NameOf(string alias) => $"{alias}-{Program}";

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(72, LogLevel.Warning, "domain '{Name}': what forwards the packets of its card '{Alias}', process {Pid}, has gone ({Status})")]
    private static partial void LogLost(ILogger log, string name, string alias, int pid, ExitStatus status);
}
