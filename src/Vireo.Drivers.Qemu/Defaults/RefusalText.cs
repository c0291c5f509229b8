using System.Globalization;
using System.Runtime.CompilerServices;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>What is said when something does not hold. Put together then alone: documents are checked at every call, and refused seldom.</summary>
[InterpolatedStringHandler]
internal ref struct RefusalText
{
    private DefaultInterpolatedStringHandler _text;

    public RefusalText(int literalLength, int formattedCount, bool holds, out bool isSaid)
    {
        isSaid = !holds;
        if (isSaid)
        {
            _text = new(literalLength, formattedCount, CultureInfo.InvariantCulture);
        }
    }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    /// <summary>The text. Once only.</summary>
    public string Take() => _text.ToStringAndClear();
}
