using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Vireo.Drivers;
using Vireo.Rpc.Transport;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Server;

/// <summary>One client: its packets come in here, and its session's state lives here. Split by topic: calls, session, events, streams, keepalive.</summary>
internal sealed partial class ServerClient : IPacketHandler
{
    private readonly bool _readOnlySocket;
    private readonly CancellationTokenSource _gone = new();
    private int _running;
    private volatile bool _stopTaking;

    public ServerClient(RpcServer server, EventLoop loop, long id, SafeSocketHandle socket, bool readOnly)
    {
        Server = server;
        Id = id;
        _readOnlySocket = readOnly;
        Connection = new PacketConnection(loop, socket, this);
        Gone = _gone.Token;
    }

    public RpcServer Server { get; }

    public long Id { get; }

    public PacketConnection Connection { get; }

    /// <summary>Ends with the connection.</summary>
    public CancellationToken Gone { get; }

    public AdminDriver Admin => AdminDriver.Unsupported;

    public bool CanTakePacket =>
        !_stopTaking && Volatile.Read(ref _running) < Server.Options.MaxClientRequests && !StreamsAreFull
        && Connection.QueuedBytes < PacketConnection.HighWater && Server.TryBeginRequest(this);

    public void Start()
    {
        if (Server.Logger.IsEnabled(LogLevel.Debug))
        {
            var (process, user, _) = Connection.PeerIdentity();
            ServerLog.Connected(Server.Logger, Id, _readOnlySocket ? " read-only" : "", process, user);
        }

        Connection.Start();
    }

    /// <summary>Takes no more calls; those that run are still answered.</summary>
    public void StopTaking() => _stopTaking = true;

    public void OnPacket(in PacketHeader header, ReadOnlySpan<byte> payload, IReadOnlyList<SafeFileHandle> files)
    {
        NoteAlive();
        switch (header.Type)
        {
            case PacketType.Call or PacketType.CallWithFiles:
                OnCall(header, payload, files);
                return;
            case PacketType.Stream or PacketType.StreamHole:
                OnStream(header, payload);
                return;
            case PacketType.Message when header.Program == RemoteProcedure.KeepaliveProgram:
                OnKeepalive(header);
                return;
            default:
                Disconnect($"it sent a packet of type {(int)header.Type}, which clients do not send");
                return;
        }
    }

    public void OnClosed(Exception? reason)
    {
        ServerLog.Gone(Server.Logger, Id, reason?.Message ?? "closed");
        _gone.Cancel();
        _ = CleanUpAsync();
    }

    /// <summary>Ends the connection because of what the client did.</summary>
    public void Disconnect(string why)
    {
        ServerLog.Disconnected(Server.Logger, Id, why);
        Connection.Close();
    }

    /// <summary>Sends the answer of a call that is over.</summary>
    public void Finish(ServerCall call, ref XdrWriter writer, IReadOnlyList<SafeHandle>? files = null)
    {
        if (!call.HasFailed && _drivers is { } drivers) Server.Record?.Note(drivers.Uri, call.Header);
        SendPacket(ref writer, files);
        foreach (var file in call.Files) file.Dispose();
        Interlocked.Decrement(ref _running);
        Server.RequestEnded();
        Connection.ResumeReading();
    }

    public void SendPacket(ref XdrWriter writer, IReadOnlyList<SafeHandle>? files = null)
    {
        writer.PatchUInt32(0, (uint)writer.Position);
        byte[] buffer = writer.Detach(out int length);
        Connection.Send(new OutgoingPacket(buffer, length, files));
    }

    /// <summary>Runs a call on this thread up to its first wait.</summary>
    public void Run(ServerCall call, ReadOnlySpan<byte> payload)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            var reader = new XdrReader(payload);
            Invoke(call, ref reader);
        }
        catch (Exception e)
        {
            call.Fail(e);
        }

        Server.Costs.Note(call.Procedure, started);
    }

    /// <summary>The error that the client gets to see.</summary>
    public VireoException Explain(Exception error, in PacketHeader header)
    {
        switch (error)
        {
            case VireoException known:
                ServerLog.Refused(Server.Logger, Id, header.Procedure, header.Program, known.Message);
                return known;
            case XdrException bad:
                ServerLog.Refused(Server.Logger, Id, header.Procedure, header.Program, bad.Message);
                return RpcError("Unable to decode message payload");
            case OperationCanceledException:
                return new VireoException(ErrorCode.OperationAborted, ErrorDomain.Rpc, "the daemon is shutting down");
            default:
                ServerLog.Unforeseen(Server.Logger, header.Procedure, header.Program, error);
                return VireoException.Internal(ErrorDomain.Rpc, $"{error.GetType().Name}: {error.Message}");
        }
    }

    private static VireoException RpcError(string text) => new(ErrorCode.Rpc, ErrorDomain.Rpc, text);

    private void OnCall(in PacketHeader header, ReadOnlySpan<byte> payload, IReadOnlyList<SafeFileHandle> files)
    {
        var call = new ServerCall(this, header, files);
        Interlocked.Increment(ref _running);
        Server.RequestStarted();
        if (Check(header) is { } refusal)
        {
            call.Fail(refusal);
            return;
        }

        if (IsQuick(header)) Run(call, payload);
        else call.Queue(payload);
    }

    private VireoException? Check(in PacketHeader header)
    {
        if (!IsKnownProgram(header)) return RpcError($"Cannot find program {header.Program} version {header.Version}");
        if (header.Status != PacketStatus.Ok) return RpcError($"Unexpected message status {(int)header.Status}");
        return null;
    }

    private static bool IsKnownProgram(in PacketHeader header) =>
        header.Version == 1 && header.Program is RemoteProcedure.RemoteProgram or RemoteProcedure.QemuProgram or RemoteProcedure.LxcProgram or RemoteProcedure.VireoProgram;

    private bool IsQuick(in PacketHeader header)
    {
        if (header.Program != RemoteProcedure.RemoteProgram) return false;
        return RemoteDispatch.IsQuick(header.Procedure) && (IsSessionProcedure(header.Procedure) || Server.Costs.IsQuick(header.Procedure));
    }

    private void Invoke(ServerCall call, ref XdrReader reader)
    {
        bool isRemote = call.Header.Program == RemoteProcedure.RemoteProgram;
        if (!_authenticated && !(isRemote && IsAuthentication(call.Procedure))) throw RpcError("authentication required");
        bool known = call.Header.Program switch
        {
            RemoteProcedure.RemoteProgram => TryInvokeSession(call, ref reader) || RemoteDispatch.TryInvoke(call, ref reader),
            RemoteProcedure.QemuProgram => TryInvokeQemuSession(call, ref reader) || QemuDispatch.TryInvoke(call, ref reader),
            RemoteProcedure.VireoProgram => VireoDispatch.TryInvoke(call, ref reader),
            _ => LxcDispatch.TryInvoke(call, ref reader),
        };
        if (!known) throw RpcError($"unknown procedure: {call.Procedure}");
    }

    private async Task CleanUpAsync()
    {
        try
        {
            await DropEventsAsync().ConfigureAwait(false);
            if (_drivers is { } drivers) await drivers.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ServerLog.Unforeseen(Server.Logger, RemoteProcedure.ConnectClose, RemoteProcedure.RemoteProgram, e);
        }
        finally
        {
            Server.ClientGone(this, _authenticated);
        }
    }
}
