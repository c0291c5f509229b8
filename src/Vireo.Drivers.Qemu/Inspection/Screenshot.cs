using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Inspection;

/// <summary>Pictures of a guest's screens.</summary>
internal static class Screenshot
{
    private const string FileName = "screenshot";

    /// <summary>Takes one.</summary>
    /// <param name="process">The domain's process, within the domain's job.</param>
    /// <param name="screen">The number of the screen, over all heads of all video devices.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its media type and its content.</returns>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: no such screen; VIR_ERR_INTERNAL_ERROR: there is none at all, or QEMU could not.</exception>
    public static async ValueTask<(string Type, DriverStream Content)> TakeAsync(QemuProcess process, uint screen, CancellationToken cancellationToken)
    {
        var (device, head) = Find(process.Live.Devices.Videos, screen);
        var path = Path.Combine(process.Directory, FileName);
        File.Delete(path);
        process.Claims.Make(path);
        var png = await TryPngAsync(process, path, device, head, cancellationToken).ConfigureAwait(false);
        return (png ? "image/png" : "image/x-portable-pixmap", new TakenFile(path));
    }

    private static (string? Device, uint Head) Find(ConfigList<VideoConfig> videos, uint screen)
    {
        if (videos.Count == 0)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, "no screens to take screenshot from");
        }

        var head = screen;
        foreach (var video in videos)
        {
            var heads = video.Model?.Heads ?? 1;
            if (head < heads)
            {
                return (screen == 0 ? null : video.Alias, head);
            }

            head -= heads;
        }

        throw VireoException.OperationInvalid(ErrorDomain.Qemu, "no such screen ID");
    }

    // QEMU before 7.1 writes PPM alone.
    private static async ValueTask<bool> TryPngAsync(QemuProcess process, string path, string? device, uint head, CancellationToken cancellationToken)
    {
        try
        {
            await process.Monitor.ExecuteAsync(Qmp.Screendump(path, png: true, device, head), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (VireoException e) when (e.InnerException is QmpErrorException { Description: var why } && why.Contains("'format'", StringComparison.Ordinal))
        {
            await process.Monitor.ExecuteAsync(Qmp.Screendump(path, png: false, device, head), cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>A file that is read once: it has no name any more.</summary>
    private sealed class TakenFile : DriverStream
    {
        private readonly SafeFileHandle _handle;
        private long _position;

        public TakenFile(string path)
        {
            _handle = File.OpenHandle(path);
            File.Delete(path);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var read = await RandomAccess.ReadAsync(_handle, buffer, _position, cancellationToken).ConfigureAwait(false);
            _position += read;
            return read;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
            throw VireoException.OperationInvalid(ErrorDomain.Streams, "a picture is only read");

        public override ValueTask DisposeAsync()
        {
            _handle.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
