using System.Collections.Immutable;
using System.Globalization;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>
/// The numbers of a domain's block nodes. A number names one layer from the moment it is opened until it is closed, is never used again while the
/// domain runs, and is what the live document shows as <c>index</c>. QEMU reads its monitor byte by byte, so the names are short.
/// </summary>
/// <param name="last">The last number given out.</param>
internal sealed class NodeNumbers(int last = 0)
{
    /// <summary>The last number given out; kept in the live state.</summary>
    public int Last { get; private set; } = last;

    /// <summary>A number for one more layer.</summary>
    public int Next() => ++Last;

    /// <summary>The name of the node that reads the format.</summary>
    public static string Format(int number) => string.Create(CultureInfo.InvariantCulture, $"n{number}");

    /// <summary>Whether a node's name is one that <see cref="Format"/> gives.</summary>
    public static bool IsFormat(string name) => name.Length > 1 && name[0] == 'n' && name.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>The name of the node that reads the bytes below the format.</summary>
    public static string Storage(int number) => string.Create(CultureInfo.InvariantCulture, $"n{number}f");

    /// <summary>The name of the node that stands between those two where only a part of the bytes is the image.</summary>
    public static string Slice(int number) => string.Create(CultureInfo.InvariantCulture, $"n{number}s");

    /// <summary>The object with what opens the storage to us.</summary>
    public static string AuthSecret(int number) => string.Create(CultureInfo.InvariantCulture, $"n{number}f-auth");

    /// <summary>The object with the cookies that open the storage to us.</summary>
    public static string CookieSecret(int number) => string.Create(CultureInfo.InvariantCulture, $"n{number}f-cookie");

    /// <summary>The object with the key of an encrypted image.</summary>
    public static string KeySecret(int number) => string.Create(CultureInfo.InvariantCulture, $"n{number}-key");

    /// <summary>
    /// Numbers every layer of a starting domain, in libvirt's order: first the top images from the last disk to the first, then what is below them, again from
    /// the last disk to the first.
    /// </summary>
    /// <param name="chains">The disks in document order; null for an empty drive, which takes a number all the same.</param>
    /// <returns>For each disk its numbers, top first; one number for an empty drive.</returns>
    public ImmutableArray<ImmutableArray<int>> ForDomain(IReadOnlyList<ImageChain?> chains)
    {
        var numbers = new ImmutableArray<int>.Builder[chains.Count];
        for (var i = chains.Count - 1; i >= 0; i--)
        {
            numbers[i] = ImmutableArray.CreateBuilder<int>();
            numbers[i].Add(Next());
        }

        for (var i = chains.Count - 1; i >= 0; i--)
        {
            for (var below = 1; below < (chains[i]?.Layers.Length ?? 0); below++)
            {
                numbers[i].Add(Next());
            }
        }

        return [.. numbers.Select(n => n.ToImmutable())];
    }
}

/// <summary>How a disk's image is accessed: what the document's driver element says.</summary>
internal sealed record DiskAccess
{
    /// <summary>Everything as QEMU has it by default.</summary>
    public static DiskAccess Default { get; } = new();

    /// <summary>libvirt's cache mode; null for QEMU's own.</summary>
    public string? Cache { get; init; }

    /// <summary>native, threads or io_uring; null for QEMU's own.</summary>
    public string? Aio { get; init; }

    /// <summary>unmap or ignore; null for QEMU's own.</summary>
    public string? Discard { get; init; }

    /// <summary>off, on or unmap; null for off.</summary>
    public string? DetectZeroes { get; init; }

    /// <summary>Whether the guest may not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Bytes of memory for the metadata of a qcow2 image; null for QEMU's own measure.</summary>
    public ulong? MetadataCache { get; init; }

    /// <summary>Whether clusters that are discarded keep their place in a qcow2 image; null for QEMU's own.</summary>
    public bool? DiscardNoUnref { get; init; }

    /// <summary>The object through which persistent reservations are made, where the image itself is a LUN; null for none.</summary>
    public string? Reservations { get; init; }

    /// <summary>Whether the cache is bypassed and whether flushes are dropped; null when QEMU's own holds.</summary>
    internal (bool Direct, bool NoFlush)? CacheFlags => Cache switch
    {
        null or "default" => null,
        "none" or "directsync" => (true, false),
        "writeback" or "writethrough" => (false, false),
        "unsafe" => (false, true),
        _ => throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"cache mode '{Cache}' is not supported"),
    };
}
