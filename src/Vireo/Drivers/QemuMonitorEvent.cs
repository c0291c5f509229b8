namespace Vireo.Drivers;

/// <summary>An event of a QEMU's monitor as QEMU tells it (<c>virConnectDomainQemuMonitorEventCallback</c>).</summary>
/// <param name="Domain">The domain whose QEMU it is.</param>
/// <param name="Name">QEMU's name of the event, for instance <c>SHUTDOWN</c>.</param>
/// <param name="Seconds">When it happened, in seconds since 1970.</param>
/// <param name="Microseconds">The rest of that.</param>
/// <param name="Details">What is told about it, as JSON; null where nothing is.</param>
public sealed record QemuMonitorEvent(DomainRef Domain, string Name, long Seconds, uint Microseconds, string? Details) : DomainEvent(Domain)
{
    /// <summary>Stands for these events among the kinds of <c>virDomainEventID</c>, of which they are none.</summary>
    public const int Kind = -1;

    /// <inheritdoc/>
    public override int EventId => Kind;
}
