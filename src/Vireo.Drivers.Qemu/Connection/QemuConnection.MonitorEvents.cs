using System.Text.RegularExpressions;

namespace Vireo.Drivers.Qemu;

/// <content>The events of monitors, as QEMU tells them.</content>
internal sealed partial class QemuConnection
{
    private const ConnectDomainQemuMonitorEventRegisterFlags EventNameFlags = ConnectDomainQemuMonitorEventRegisterFlags.Regex | ConnectDomainQemuMonitorEventRegisterFlags.Nocase;

    // Whoever listens may send any expression: none may hold up a monitor, so they are matched in linear time and are no longer than this.
    private const int LongestExpression = 1024;

    /// <inheritdoc/>
    public override ValueTask<IAsyncDisposable> SubscribeQemuMonitorEventsAsync(DomainRef? domain, string? name, uint flags, Action<QemuMonitorEvent> handler, CancellationToken cancellationToken)
    {
        CheckFlags(flags, EventNameFlags, "qemuConnectDomainQemuMonitorEventRegister");
        var isWanted = Filter(name, (ConnectDomainQemuMonitorEventRegisterFlags)flags);
        return ValueTask.FromResult(Hypervisor.Events.Subscribe(QemuMonitorEvent.Kind, domain, happened =>
        {
            var told = (QemuMonitorEvent)happened;
            if (isWanted(told.Name))
            {
                handler(told);
            }
        }));
    }

    private static Func<string, bool> Filter(string? name, ConnectDomainQemuMonitorEventRegisterFlags flags)
    {
        if (name is null)
        {
            return static _ => true;
        }

        var anyCase = flags.HasFlag(ConnectDomainQemuMonitorEventRegisterFlags.Nocase);
        if (!flags.HasFlag(ConnectDomainQemuMonitorEventRegisterFlags.Regex))
        {
            return told => told.Equals(name, anyCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        }

        try
        {
            if (name.Length > LongestExpression)
            {
                throw new ArgumentException("too long", nameof(name));
            }

            var expression = new Regex(name, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (anyCase ? RegexOptions.IgnoreCase : RegexOptions.None));
            return expression.IsMatch;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw VireoException.InvalidArgument(ErrorDomain.None, $"failed to compile regex {name}");
        }
    }
}
