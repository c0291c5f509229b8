using Microsoft.Win32.SafeHandles;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Client;

/// <summary>A call whose answer has not come yet.</summary>
internal abstract class PendingCall
{
    private IReadOnlyList<SafeFileHandle> _files = [];

    public abstract void Fail(Exception error);

    /// <summary>Takes the answer; on the loop's thread.</summary>
    public void Complete(in PacketHeader header, ReadOnlySpan<byte> payload, IReadOnlyList<SafeFileHandle> files)
    {
        _files = files;
        try
        {
            var reader = new XdrReader(payload, lenientText: true);
            if (header.Status == PacketStatus.Ok) Succeed(ref reader);
            else Fail(Told(header, ErrorPayload.Read(ref reader)));
        }
        catch (XdrException e)
        {
            Fail(new VireoException(ErrorCode.Rpc, ErrorDomain.Rpc, $"Unable to decode message payload: {e.Message}", e));
        }
    }

    /// <summary>The descriptor that came with the answer; others are closed.</summary>
    public SafeFileHandle? TakeFile()
    {
        foreach (var other in _files.Skip(1)) other.Dispose();
        return _files.Count > 0 ? _files[0] : null;
    }

    /// <summary>A daemon that does not know our own program, or not this procedure of it, supports less than we do: nothing went wrong.</summary>
    private static VireoException Told(in PacketHeader header, VireoException error) => header.Program == RemoteProcedure.VireoProgram && error.Code == ErrorCode.Rpc
        ? VireoException.Received(ErrorCode.NoSupport, error.Domain, error.Severity, error.Message, error.Text1, error.Text2, error.Text3, error.Number1, error.Number2, error)
        : error;

    protected abstract void Succeed(ref XdrReader reader);
}

/// <summary>A call that yields a <typeparamref name="T"/>.</summary>
internal sealed class PendingCall<T>(XdrDecoder<T> decode) : PendingCall
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _source.Task;

    public override void Fail(Exception error) => _source.TrySetException(error);

    protected override void Succeed(ref XdrReader reader) => _source.TrySetResult(decode(ref reader));
}
