namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>A message of which all but the end has been sent.</summary>
/// <param name="connection">Where to.</param>
/// <param name="end">Its end.</param>
/// <param name="spoilt">Another end, which makes it a message that the other side refuses.</param>
internal sealed class HeldMessage(JsonConnection connection, ReadOnlyMemory<byte> end, ReadOnlyMemory<byte> spoilt)
{
    /// <summary>The end that makes it what it was meant to be.</summary>
    public ReadOnlyMemory<byte> End => end;

    /// <summary>The end that makes it one that is refused.</summary>
    public ReadOnlyMemory<byte> Spoilt => spoilt;

    /// <summary>Sends the end; false when the message was spoiled, by something else that was sent.</summary>
    public bool TryRelease() => connection.TryRelease(this);

    /// <summary>Makes it a message that is refused, unless it has its end.</summary>
    public void Spoil() => connection.Spoil(this);
}
