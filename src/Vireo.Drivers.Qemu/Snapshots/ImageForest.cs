using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// The images of one disk over all of a domain's snapshots: which stands on which. A chain has one image on each; branches share what is below them.
/// </summary>
internal sealed class ImageForest
{
    private readonly ChainReader _chains = new();
    private readonly Dictionary<FileIdentity, ImageLayer> _layers = [];
    private readonly Dictionary<FileIdentity, FileIdentity> _below = [];
    private readonly Dictionary<FileIdentity, List<FileIdentity>> _above = [];

    /// <summary>Every image of them.</summary>
    public IEnumerable<FileIdentity> Images => _layers.Keys;

    /// <summary>Adds the images of a chain; what is known already is not read again.</summary>
    /// <param name="location">Its top.</param>
    /// <param name="format">The top's format.</param>
    /// <returns>Which file the top is; null when it is none, or is missing.</returns>
    /// <exception cref="VireoException">As <see cref="ImageChain.Read"/>.</exception>
    public FileIdentity? Add(ImageLocation location, ImageFormat format)
    {
        if (location.LocalPath is not { } path || FileIdentity.Of(path) is not { } identity)
        {
            return null;
        }

        if (!_layers.ContainsKey(identity))
        {
            Add(_chains.Read(location, format));
        }

        return identity;
    }

    /// <summary>Adds the images of a chain that is known.</summary>
    public void Add(ImageChain chain)
    {
        FileIdentity? above = null;
        foreach (var layer in chain.Layers)
        {
            if (layer.Location.LocalPath is not { } path || (layer.Identity ?? FileIdentity.Of(path)) is not { } identity)
            {
                break;
            }

            var known = !_layers.TryAdd(identity, layer with { Identity = identity });
            if (above is { } upper && _below.TryAdd(upper, identity))
            {
                Dependents(identity).Add(upper);
            }

            if (known)
            {
                break;
            }

            above = identity;
        }
    }

    /// <summary>Whether the image is one of them.</summary>
    public bool Contains(FileIdentity identity) => _layers.ContainsKey(identity);

    /// <summary>The image of that file.</summary>
    public ImageLayer Layer(FileIdentity identity) => _layers[identity];

    /// <summary>The image that it stands on; null for none that is known.</summary>
    public FileIdentity? Below(FileIdentity identity) => _below.TryGetValue(identity, out var below) ? below : null;

    /// <summary>The images that stand on it directly.</summary>
    public IReadOnlyList<FileIdentity> Above(FileIdentity identity) => _above.TryGetValue(identity, out var above) ? above : [];

    /// <summary>Takes out an image on which nothing stands.</summary>
    public void Remove(FileIdentity identity)
    {
        if (_below.Remove(identity, out var below))
        {
            _above[below].Remove(identity);
        }

        _layers.Remove(identity);
    }

    private List<FileIdentity> Dependents(FileIdentity identity)
    {
        if (!_above.TryGetValue(identity, out var above))
        {
            _above[identity] = above = [];
        }

        return above;
    }
}
