using System.Collections;
using System.Globalization;
using System.Text;

namespace Vireo.Config;

/// <summary>A set of CPUs or nodes, which documents write <c>0-3,^2,8</c>: numbers from 0 to 16383.</summary>
public sealed class NumberSet : IEnumerable<int>
{
    /// <summary>The first number that no set can hold.</summary>
    public const int Limit = 16384;

    private readonly BitArray _bits = new(Limit);

    /// <summary>How many numbers it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The greatest number; -1 of an empty set.</summary>
    public int Max { get; private set; } = -1;

    /// <summary>Reads a set as libvirt does; false when the text is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="set">The set.</param>
    public static bool TryParse(string text, out NumberSet set)
    {
        set = new NumberSet();
        foreach (var part in text.Split(','))
        {
            var numbers = part.AsSpan().Trim();
            var single = numbers.StartsWith("^");
            numbers = single ? numbers[1..] : numbers;
            var dash = single ? -1 : numbers.IndexOf('-');
            var last = 0;
            if (!TryNumber(dash < 0 ? numbers : numbers[..dash], out var first) || (dash >= 0 && (!TryNumber(numbers[(dash + 1)..], out last) || last < first)))
            {
                return false;
            }

            for (var i = first; i <= (dash < 0 ? first : last); i++)
            {
                set._bits[i] = !single;
            }
        }

        set.Measure();
        return true;
    }

    /// <summary>Reads a set that has to be one.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: it is none.</exception>
    public static NumberSet Parse(string text) =>
        TryParse(text, out var set) ? set : throw VireoException.InvalidArgument(ErrorDomain.None, $"Failed to parse bitmap '{text}'");

    /// <summary>The set of some numbers, each below <see cref="Limit"/>.</summary>
    /// <param name="numbers">The numbers.</param>
    public static NumberSet Of(IEnumerable<int> numbers)
    {
        var set = new NumberSet();
        foreach (var number in numbers)
        {
            set._bits[number] = true;
        }

        set.Measure();
        return set;
    }

    /// <summary>The set whose numbers' bits are set in a map as it crosses the protocol: the first byte has 0 to 7, its lowest bit 0. What is beyond <see cref="Limit"/> is no number.</summary>
    /// <param name="map">The map.</param>
    public static NumberSet OfMap(ReadOnlySpan<byte> map)
    {
        var set = new NumberSet();
        for (var i = 0; i < Math.Min(map.Length * 8, Limit); i++)
        {
            set._bits[i] = (map[i / 8] & (1 << (i % 8))) != 0;
        }

        set.Measure();
        return set;
    }

    /// <summary>The map of the set as it crosses the protocol.</summary>
    /// <param name="bytes">How long the map is; greater numbers are left out.</param>
    public byte[] ToMap(int bytes)
    {
        var map = new byte[bytes];
        foreach (var number in this.Where(number => number / 8 < bytes))
        {
            map[number / 8] |= (byte)(1 << (number % 8));
        }

        return map;
    }

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator()
    {
        for (var i = 0; i <= Max; i++)
        {
            if (_bits[i])
            {
                yield return i;
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The set in libvirt's form: <c>0-1,3,8</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i <= Max; i++)
        {
            if (!_bits[i])
            {
                continue;
            }

            var first = i;
            while (i < Max && _bits[i + 1])
            {
                i++;
            }

            text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{first}");
            if (i > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{i}");
            }
        }

        return text.ToString();
    }

    private void Measure()
    {
        for (var i = 0; i < Limit; i++)
        {
            if (_bits[i])
            {
                Count++;
                Max = i;
            }
        }
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < Limit;
}
