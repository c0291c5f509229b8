using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Comparison;

/// <summary>Images that stand still, or an internal snapshot within one, served by a qemu-nbd of our own to us alone. It ends when we let go of it, however that comes.</summary>
internal sealed class ImageExport : IDiskView
{
    private const string Program = "qemu-nbd";
    private const string Prefix = "nbd-";
    private const int LongestComplaint = 4096;
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly NbdClient _disk;

    private ImageExport(Process process, NbdClient disk) => (_process, _disk) = (process, disk);

    /// <inheritdoc/>
    public long Size => _disk.Size;

    /// <summary>Serves a chain.</summary>
    /// <param name="chain">Its images.</param>
    /// <param name="within">The internal snapshot of its top that is meant; null for the top itself.</param>
    /// <param name="directory">Where the socket lies meanwhile: of this user alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-nbd says.</exception>
    public static async ValueTask<ImageExport> OpenAsync(ImageChain chain, InternalSnapshot? within, string directory, CancellationToken cancellationToken)
    {
        var socket = Path.Combine(directory, $"{Prefix}{Guid.NewGuid():N}");
        string[] snapshot = within is null ? [] : ["--load-snapshot", ImageTool.Numbered(within)];
        var process = Start(["--read-only", "--allocation-depth", "--socket", socket, .. snapshot, BlockNodeJson.ForTool(chain, shared: within is not null)]);
        try
        {
            return new ImageExport(process, await NbdClient.OpenAsync(await ConnectAsync(process, socket, cancellationToken).ConfigureAwait(false), "", cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await EndAsync(process).ConfigureAwait(false);
            throw;
        }
        finally
        {
            File.Delete(socket);
        }
    }

    /// <summary>Removes the sockets that a daemon which died in between has left.</summary>
    public static void RemoveLeftovers(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, Prefix + "*"))
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc/>
    public ValueTask<BlockState> StateAsync(long offset, CancellationToken cancellationToken) => _disk.StateAsync(offset, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => _disk.ReadAsync(offset, buffer, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _disk.DisposeAsync().ConfigureAwait(false);
        await EndAsync(_process).ConfigureAwait(false);
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception e)
        {
            throw VireoException.System(ErrorDomain.Qemu, e.NativeErrorCode, $"cannot run {Program}, which reads images; install the package that has it: {e.Message}", e);
        }
    }

    private static async ValueTask<Socket> ConnectAsync(Process process, string path, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                if (process.HasExited || Stopwatch.GetElapsedTime(began) > s_patience)
                {
                    throw VireoException.OperationFailed(ErrorDomain.Qemu, $"{Program} failed: {await ComplaintAsync(process).ConfigureAwait(false)}", e);
                }
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            // It says nowhere that it listens.
            await Task.Delay(s_pace, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<string> ComplaintAsync(Process process)
    {
        if (!process.HasExited)
        {
            return "it does not begin to serve";
        }

        var said = (await process.StandardError.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false)).Trim();
        return said.Length > LongestComplaint ? said[..LongestComplaint] : said;
    }

    private static async ValueTask EndAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        process.Dispose();
    }
}
