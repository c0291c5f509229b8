using Microsoft.Win32.SafeHandles;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>Looks at many images, most of which lie in few directories: one that comes again is held, so that the kernel need not find it again for each image. Of one thread.</summary>
internal sealed class ImageLooks : IDisposable
{
    private const int FewLooks = 3;

    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>What a path names, links followed; null when nothing is there, or it cannot be looked at.</summary>
    /// <param name="directory">The directory's path.</param>
    /// <param name="name">The name in it.</param>
    /// <param name="path">Both.</param>
    public FileStatus? At(string directory, string name, string path)
    {
        if (!_places.TryGetValue(directory, out var place))
        {
            _places.Add(directory, place = new Place());
        }

        if (++place.Looks == FewLooks)
        {
            var errno = FileSystemCalls.Hold(directory, out var held);
            place.IsMissing = errno is FileSystemCalls.NoEntry or FileSystemCalls.NotDirectory;
            place.Held = errno == 0 ? held : null;
        }

        if (place.IsMissing)
        {
            return null;
        }

        FileStatus status;
        var failure = place.Held is { } handle ? FileSystemCalls.Status(handle, name, out status) : FileSystemCalls.Status(path, out status);
        return failure == 0 ? status : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var place in _places.Values)
        {
            place.Held?.Dispose();
        }
    }

    private sealed class Place
    {
        public int Looks { get; set; }

        public bool IsMissing { get; set; }

        public SafeFileHandle? Held { get; set; }
    }
}
