using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Bhyve.Native;

/// <summary>Sizes as bhyve takes them: <c>512</c>, <c>512M</c>, <c>2g</c>, <c>536870912</c>.</summary>
internal static class MemorySize
{
    private const ulong Mebibyte = 1 << 20;

    /// <summary>Reads one. A plain number under a mebibyte is one of mebibytes.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED.</exception>
    public static DataSize Read(string text)
    {
        var power = text.Length == 0 ? -1 : "kmgt".IndexOf(char.ToLowerInvariant(text[^1]), StringComparison.Ordinal);
        if (!ulong.TryParse(power < 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            throw NativeErrors.Failed("Failed to parse memory");
        var factor = power < 0 ? number < Mebibyte ? Mebibyte : 1 : 1UL << (10 * (power + 1));
        return number <= long.MaxValue / factor ? new DataSize(number * factor) : throw NativeErrors.Failed("Failed to parse memory");
    }

    /// <summary>The same as before, where another command has told it.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED.</exception>
    public static void RequireSame(DataSize? before, DataSize now)
    {
        if (before is { } told && told != now)
            throw NativeErrors.Failed("Failed to parse memory: size mismatch");
    }
}
