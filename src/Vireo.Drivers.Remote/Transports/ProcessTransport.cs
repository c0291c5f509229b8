using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Vireo.Rpc.Transport;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>A program and its arguments.</summary>
internal sealed record ProcessCommand(IReadOnlyList<string> Arguments);

/// <summary>A child process whose stdin and stdout lead to a daemon.</summary>
internal sealed class ProcessTransport : Transport
{
    private const int MaxComplaint = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Socket _near;
    private readonly Task _pumps;
    private readonly Task<string> _complaint;

    private ProcessTransport(Process process, SafeSocketHandle far, SafeSocketHandle near)
        : base(far)
    {
        _process = process;
        _near = new Socket(near);
        _pumps = Task.WhenAll(PumpAsync(InAsync), PumpAsync(OutAsync));
        _complaint = ComplaintAsync(process.StandardError);
    }

    public static ProcessTransport Start(ProcessCommand command)
    {
        var start = new ProcessStartInfo(command.Arguments[0], command.Arguments.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            var process = Process.Start(start)!;
            var (far, near) = UnixSocket.Pair();
            return new ProcessTransport(process, far, near);
        }
        catch (Win32Exception e)
        {
            throw VireoException.System(ErrorDomain.Remote, e.NativeErrorCode, $"cannot run {command.Arguments[0]}: {e.Message}", e);
        }
    }

    public override async ValueTask<string?> EndAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program went before it read what it was sent; its complaint says why.
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _near.Dispose();
        await _pumps.ConfigureAwait(false);
        string complaint = await _complaint.ConfigureAwait(false);
        _process.Dispose();
        return complaint.Length > 0 ? complaint : null;
    }

    private async Task OutAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        var stream = _process.StandardOutput.BaseStream;
        while (await stream.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
        {
            for (var rest = buffer.AsMemory(0, count); rest.Length > 0;)
                rest = rest[await _near.SendAsync(rest, SocketFlags.None).ConfigureAwait(false)..];
        }

        _near.Shutdown(SocketShutdown.Both);
    }

    private async Task InAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        var stream = _process.StandardInput.BaseStream;
        while (await _near.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false) is > 0 and var count)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
            await stream.FlushAsync().ConfigureAwait(false);
        }

        _process.StandardInput.Close();
    }

    // Either side may go at any time; the client sees its socket end and says so.
    private static async Task PumpAsync(Func<Task> pump)
    {
        await Task.Yield();
        try
        {
            await pump().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
        }
    }

    private static async Task<string> ComplaintAsync(StreamReader stderr)
    {
        var text = new StringBuilder();
        while (await stderr.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (text.Length < MaxComplaint) text.Append(text.Length > 0 ? ": " : "").Append(line.Length > MaxComplaint ? line[..MaxComplaint] : line);
        }

        return text.ToString();
    }
}
