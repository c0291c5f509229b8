namespace Vireo.Drivers;

/// <summary>Something that happened to a secret.</summary>
/// <param name="Secret">The secret.</param>
public abstract record SecretEvent(SecretRef Secret) : DriverEvent
{
    /// <summary>The kind of event.</summary>
    public abstract SecretEventID EventId { get; }
}

/// <summary>A secret was made known, or forgotten.</summary>
/// <param name="Secret">The secret.</param>
/// <param name="Event">Which of them (<c>virSecretEventLifecycleType</c>).</param>
/// <param name="Detail">More about it; 0 so far.</param>
public sealed record SecretLifecycleEvent(SecretRef Secret, int Event, int Detail) : SecretEvent(Secret)
{
    /// <inheritdoc/>
    public override SecretEventID EventId => SecretEventID.Lifecycle;
}

/// <summary>A secret was given a value.</summary>
/// <param name="Secret">The secret.</param>
public sealed record SecretValueChangedEvent(SecretRef Secret) : SecretEvent(Secret)
{
    /// <inheritdoc/>
    public override SecretEventID EventId => SecretEventID.ValueChanged;
}
