using System.Globalization;

namespace Vireo.Config;

/// <summary>An amount of memory or storage, in bytes.</summary>
/// <param name="Bytes">The bytes.</param>
public readonly record struct DataSize(ulong Bytes) : IComparable<DataSize>
{
    /// <summary>The amount in KiB, rounded up, as libvirt counts memory.</summary>
    public ulong KiB => (Bytes / 1024) + (Bytes % 1024 == 0 ? 0UL : 1UL);

    /// <summary>The amount in MiB, rounded up.</summary>
    public ulong MiB => (Bytes / 1048576) + (Bytes % 1048576 == 0 ? 0UL : 1UL);

    /// <summary>So many KiB.</summary>
    public static DataSize FromKiB(ulong count) => new(checked(count * 1024));

    /// <summary>So many MiB.</summary>
    public static DataSize FromMiB(ulong count) => FromKiB(checked(count * 1024));

    /// <summary>So many GiB.</summary>
    public static DataSize FromGiB(ulong count) => FromMiB(checked(count * 1024));

    /// <inheritdoc/>
    public int CompareTo(DataSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>Whether <paramref name="left"/> is the smaller.</summary>
    public static bool operator <(DataSize left, DataSize right) => left.Bytes < right.Bytes;

    /// <summary>Whether <paramref name="left"/> is the greater.</summary>
    public static bool operator >(DataSize left, DataSize right) => left.Bytes > right.Bytes;

    /// <summary>Whether <paramref name="left"/> is not the greater.</summary>
    public static bool operator <=(DataSize left, DataSize right) => left.Bytes <= right.Bytes;

    /// <summary>Whether <paramref name="left"/> is not the smaller.</summary>
    public static bool operator >=(DataSize left, DataSize right) => left.Bytes >= right.Bytes;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{KiB} KiB");

    /// <summary>
    /// The factor of a unit as libvirt reads them: <c>b</c>, <c>byte</c>, <c>bytes</c>; <c>k</c>, <c>KiB</c>, <c>M</c>, <c>MiB</c> … by 1024;
    /// <c>KB</c>, <c>MB</c> … by 1000. Case matters in nothing.
    /// </summary>
    internal static bool TryUnit(ReadOnlySpan<char> unit, out ulong factor)
    {
        factor = 1;
        if (unit.Equals("b", StringComparison.OrdinalIgnoreCase) || unit.Equals("byte", StringComparison.OrdinalIgnoreCase)
            || unit.Equals("bytes", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var power = unit.IsEmpty ? -1 : "kmgtpe".IndexOf(char.ToLowerInvariant(unit[0]), StringComparison.Ordinal);
        if (power < 0)
        {
            return false;
        }

        var rest = unit[1..];
        ulong step = rest.IsEmpty || rest.Equals("iB", StringComparison.OrdinalIgnoreCase) ? 1024UL
            : rest.Equals("B", StringComparison.OrdinalIgnoreCase) ? 1000UL : 0;
        for (var i = 0; i <= power; i++)
        {
            factor *= step;
        }

        return step != 0;
    }
}
