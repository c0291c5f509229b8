namespace Vireo.Qemu.Tests;

/// <summary>A path at which no image can be made, for one of several reasons.</summary>
public sealed class ObstaclePlace : IAsyncDisposable
{
    private readonly string? _mount;
    private ScratchDirectory? _store;

    private ObstaclePlace(string path, string? mount) => (Path, _mount) = (path, mount);

    public string Path { get; }

    public static async Task<ObstaclePlace> CreateAsync(string obstacle, string folder)
    {
        string place = System.IO.Path.Combine(folder, "place");
        switch (obstacle)
        {
            case "missing directory":
                return new ObstaclePlace(System.IO.Path.Combine(folder, "no", "overlay"), null);
            case "existing file":
                await File.WriteAllTextAsync(place, "somebody's file");
                return new ObstaclePlace(place, null);
            case "read-only directory":
                // Root may write where the mode forbids it, so the file system itself is read-only.
                Directory.CreateDirectory(place);
                await ProgramRun.CheckAsync("mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", place);
                return new ObstaclePlace(System.IO.Path.Combine(place, "overlay"), place);
            case "full file system":
                Directory.CreateDirectory(place);
                await ProgramRun.CheckAsync("mount", "-t", "tmpfs", "-o", "size=128k", "none", place);
                // All but one page is taken: the file can be made, its content cannot.
                await File.WriteAllBytesAsync(System.IO.Path.Combine(place, "filler"), new byte[124 * 1024]);
                return new ObstaclePlace(System.IO.Path.Combine(place, "overlay"), place);
            case "device that cannot be written":
                // What is written to it is taken, and lost when it is flushed: the device lies in a file for which there is no room.
                Directory.CreateDirectory(place);
                var store = new ScratchDirectory("vo");
                await ProgramRun.CheckAsync("mount", "-t", "tmpfs", "-o", "size=512k", "none", store.Path);
                await using (var device = new FileStream(store["device"], FileMode.CreateNew))
                    device.SetLength(16 << 20);
                await ProgramRun.CheckAsync("/sbin/mke2fs", "-q", "-F", "-t", "ext2", store["device"]);
                await ProgramRun.CheckAsync("mount", "-o", "loop", store["device"], place);
                await ProgramRun.CheckAsync("sync", "-f", place);
                await File.WriteAllBytesAsync(store["filler"], new byte[new DriveInfo(store.Path).AvailableFreeSpace]);
                return new ObstaclePlace(System.IO.Path.Combine(place, "overlay"), place) { _store = store };
            default:
                throw new ArgumentException($"no obstacle {obstacle}", nameof(obstacle));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_mount is not null)
            await ProgramRun.CheckAsync("umount", "-l", _mount);
        if (_store is not null)
        {
            await ProgramRun.CheckAsync("umount", "-l", _store.Path);
            _store.Dispose();
        }
    }
}
