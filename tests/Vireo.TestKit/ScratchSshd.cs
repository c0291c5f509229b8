using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Vireo.TestKit;

/// <summary>An sshd on a free loopback port, for one key; over it a daemon's sockets are in their usual place (see scripts/scratch-sshd).</summary>
public sealed class ScratchSshd : IAsyncDisposable
{
    private readonly ScratchDirectory _scratch = new("vh");
    private Process? _process;

    private ScratchSshd()
    {
    }

    /// <summary>The port.</summary>
    public int Port { get; private set; }

    /// <summary>The client's private key.</summary>
    public string KeyFile => _scratch["key"];

    /// <summary>The host's key, for clients.</summary>
    public string KnownHosts => _scratch["known_hosts"];

    /// <summary>An ssh that knows key and host, for clients that cannot be told.</summary>
    public string Program => _scratch["ssh"];

    /// <summary>Starts one that shows the sockets of a daemon.</summary>
    public static async Task<ScratchSshd> StartAsync(ScratchDaemon daemon)
    {
        var sshd = new ScratchSshd();
        try
        {
            // Another program may take the port in between.
            for (int attempt = 0; !await sshd.TryStartAsync(FreePort.Next(), Path.GetDirectoryName(daemon.SocketPath)!); attempt++)
            {
                if (attempt == 5) throw new InvalidOperationException($"sshd does not start: {File.ReadAllText(sshd._scratch["sshd.log"])}");
            }

            return sshd;
        }
        catch
        {
            await sshd.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _scratch.Dispose();
    }

    private async Task<bool> TryStartAsync(int port, string sockets)
    {
        Port = port;
        _process?.Dispose();
        _process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", _scratch["sshd.log"],
            Repository.Path("scripts", "scratch-sshd"), _scratch.Path, $"{port}", sockets])
        { UseShellExecute = false })!;
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!_process.HasExited)
        {
            if (await AnswersAsync(timer.Token)) return true;
            await Task.Delay(50, timer.Token);
        }

        return false;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            byte[] banner = new byte[4];
            await client.GetStream().ReadExactlyAsync(banner, cancellationToken);
            return banner.AsSpan().SequenceEqual("SSH-"u8);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
