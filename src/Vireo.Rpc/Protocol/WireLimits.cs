namespace Vireo.Rpc;

/// <summary>The frame's fixed sizes.</summary>
internal static class WireLimits
{
    /// <summary>Bytes of the length word.</summary>
    public const int LengthWord = 4;

    /// <summary>Length word and header together: the least a packet can be.</summary>
    public const int MinPacket = 28;

    /// <summary>The largest value of the length word (which counts itself).</summary>
    public const int MaxPacket = 33554436;

    /// <summary>The most bytes of stream data sent in one packet, so that old clients can take it.</summary>
    public const int MaxStreamChunk = 262120;

    /// <summary>The most descriptors that may follow a packet.</summary>
    public const int MaxFiles = 32;

    /// <summary>The longest string.</summary>
    public const int MaxString = 4194304;
}
