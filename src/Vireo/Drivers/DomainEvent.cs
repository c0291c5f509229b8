namespace Vireo.Drivers;

/// <summary>Something that happened to a domain. One record a kind of event is generated from the protocol.</summary>
/// <param name="Domain">The domain it happened to.</param>
public abstract record DomainEvent(DomainRef Domain) : DriverEvent
{
    /// <summary>The kind of event (<c>virDomainEventID</c>).</summary>
    public abstract int EventId { get; }
}
