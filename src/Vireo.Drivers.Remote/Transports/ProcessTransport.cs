using System.Net.Sockets;
using System.Text;
using Vireo.Host.Processes;
using Vireo.Rpc.Transport;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>A program and its arguments.</summary>
internal sealed record ProcessCommand(IReadOnlyList<string> Arguments);

/// <summary>A child process whose stdin and stdout are the other end of the socket: nothing of ours stands between it and the connection.</summary>
internal sealed class ProcessTransport : Transport
{
    private const int MaxComplaint = 4096;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly HostProcess _process;
    private readonly NetworkStream _errors;
    private readonly Task<string> _complaint;

    private ProcessTransport(HostProcess process, NetworkStream errors, SafeSocketHandle socket)
        : base(socket)
    {
        _process = process;
        _errors = errors;
        _complaint = ComplaintAsync(errors);
    }

    /// <summary>Starts the program. VIR_ERR_SYSTEM_ERROR when it cannot be executed.</summary>
    public static ProcessTransport Start(ProcessCommand command)
    {
        const int NoEntry = 2;
        string name = command.Arguments[0];
        string program = ProgramPath.Find(name)
            ?? throw VireoException.System(ErrorDomain.Remote, NoEntry, $"cannot run {name}: there is no such program");
        var (ours, theirs) = UnixSocket.Pair();
        var (complaints, theirComplaints) = UnixSocket.Pair();
        var errors = new NetworkStream(new Socket(complaints), ownsSocket: true);
        try
        {
            using (theirs)
            using (theirComplaints)
            {
                // It keeps the terminal, on which ssh asks for passwords.
                var start = new ProcessStart(program, [.. command.Arguments.Skip(1)])
                {
                    StandardInput = theirs,
                    StandardOutput = theirs,
                    StandardError = theirComplaints,
                    NewSession = false,
                };
                return new ProcessTransport(HostProcess.Start(start), errors, ours);
            }
        }
        catch
        {
            ours.Dispose();
            errors.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>The socket's end is the end of the program's input; one that goes on is ended.</remarks>
    public override async ValueTask<string?> EndAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await _process.WaitAsync(patience.Token).ConfigureAwait(false);
            await _complaint.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (!_process.HasExited) _process.Kill(Signals.Kill);
        }

        // What it left behind may hold its stderr open; that is not waited for.
        await _errors.DisposeAsync().ConfigureAwait(false);
        string complaint = _complaint.IsCompletedSuccessfully ? await _complaint.ConfigureAwait(false) : "";
        await _process.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _process.Dispose();
        return complaint.Length > 0 ? complaint : null;
    }

    private static async Task<string> ComplaintAsync(Stream errors)
    {
        var text = new StringBuilder();
        using var reader = new StreamReader(errors, leaveOpen: true);
        try
        {
            char[] buffer = new char[1024];
            while (await reader.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
                text.Append(buffer, 0, Math.Min(count, MaxComplaint - text.Length));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The connection was ended before the program had said all.
        }

        return text.ToString().TrimEnd('\r', '\n');
    }
}
