namespace Vireo.Rpc.Xdr;

/// <summary>A payload that is not what its procedure says: cut short, over a bound, or not text where text is due.</summary>
internal sealed class XdrException(string message) : Exception(message);
