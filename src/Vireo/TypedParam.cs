using System.Globalization;

namespace Vireo;

/// <summary>A named value of one of libvirt's seven types (<c>virTypedParameter</c>).</summary>
public readonly record struct TypedParam
{
    private readonly long _bits;
    private readonly string? _text;

    private TypedParam(string field, TypedParameterType type, long bits, string? text)
    {
        Field = field;
        Type = type;
        _bits = bits;
        _text = text;
    }

    /// <summary>Its name, at most 80 bytes.</summary>
    public string Field { get; }

    /// <summary>Its type.</summary>
    public TypedParameterType Type { get; }

    /// <summary>The value as a signed number (int, unsigned, boolean).</summary>
    public long Number => _bits;

    /// <summary>The value as an unsigned number.</summary>
    public ulong Unsigned => (ulong)_bits;

    /// <summary>The value of a double.</summary>
    public double Real => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>The value of a boolean.</summary>
    public bool Flag => _bits != 0;

    /// <summary>The value of a string.</summary>
    public string Text => _text ?? "";

    /// <summary>A VIR_TYPED_PARAM_INT.</summary>
    public static TypedParam Of(string field, int value) => new(field, TypedParameterType.Int, value, null);

    /// <summary>A VIR_TYPED_PARAM_UINT.</summary>
    public static TypedParam Of(string field, uint value) => new(field, TypedParameterType.Uint, value, null);

    /// <summary>A VIR_TYPED_PARAM_LLONG.</summary>
    public static TypedParam Of(string field, long value) => new(field, TypedParameterType.Llong, value, null);

    /// <summary>A VIR_TYPED_PARAM_ULLONG.</summary>
    public static TypedParam Of(string field, ulong value) => new(field, TypedParameterType.Ullong, (long)value, null);

    /// <summary>A VIR_TYPED_PARAM_DOUBLE.</summary>
    public static TypedParam Of(string field, double value) => new(field, TypedParameterType.Double, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>A VIR_TYPED_PARAM_BOOLEAN.</summary>
    public static TypedParam Of(string field, bool value) => new(field, TypedParameterType.Boolean, value ? 1 : 0, null);

    /// <summary>A VIR_TYPED_PARAM_STRING.</summary>
    public static TypedParam Of(string field, string value) => new(field, TypedParameterType.String, 0, value);

    /// <inheritdoc/>
    public override string ToString() => $"{Field}={Type switch
    {
        TypedParameterType.String => Text,
        TypedParameterType.Double => Real.ToString(CultureInfo.InvariantCulture),
        TypedParameterType.Ullong or TypedParameterType.Uint => Unsigned.ToString(CultureInfo.InvariantCulture),
        _ => Number.ToString(CultureInfo.InvariantCulture),
    }}";
}
