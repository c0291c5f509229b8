using System.Globalization;

namespace Vireo.Config.Xml;

/// <summary>The values of attributes (named <c>@name</c>) and texts, and what is said of wrong ones.</summary>
internal sealed partial class DocumentReader
{
    public string Text(string value, string name, string? invalid) => value;

    public int Int32(string value, string name, string? invalid, bool anyBase = false) =>
        TrySigned(value, anyBase, out var number) && number is >= int.MinValue and <= int.MaxValue
            ? (int)number : throw Bad(value, name, invalid, "integer value");

    /// <summary>An integer that libvirt's type allows to be negative and its parser does not.</summary>
    public int NonNegative(string value, string name, string? invalid, bool anyBase) =>
        Int32(value, name, invalid, anyBase) is >= 0 and var number ? number : throw Bad(value, name, invalid, "non-negative value");

    public long Int64(string value, string name, string? invalid, bool anyBase = false) =>
        TrySigned(value, anyBase, out var number)
            ? number : throw Bad(value, name, invalid, "long long integer value");

    public uint UInt32(string value, string name, string? invalid, bool anyBase = false) =>
        TryUnsigned(value, anyBase, out var number) && number <= uint.MaxValue ? (uint)number : throw Bad(value, name, invalid, "non-negative integer value");

    public ulong UInt64(string value, string name, string? invalid, bool anyBase = false) =>
        TryUnsigned(value, anyBase, out var number) ? number : throw Bad(value, name, invalid, "non-negative integer value");

    public double Double(string value, string name, string? invalid) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Bad(value, name, invalid, "number");

    public bool YesNo(string value, string name, string? invalid) => value switch
    {
        "yes" => true,
        "no" => false,
        _ => throw Bad(value, name, invalid, null),
    };

    public bool OnOff(string value, string name, string? invalid) => value switch
    {
        "on" => true,
        "off" => false,
        _ => throw Bad(value, name, invalid, null),
    };

    /// <summary>A UUID in any form libvirt reads: hyphens may be missing.</summary>
    public Guid Guid(string value, string name, string? invalid)
    {
        var digits = value.Trim().Replace("-", "", StringComparison.Ordinal);
        return System.Guid.TryParseExact(digits, "N", out var uuid) ? uuid : throw Bad(value, name, invalid, "UUID");
    }

    public DataSize Size(string value, string? unit, string defaultUnit, string name, string? invalid)
    {
        if (!TryUnsigned(value, false, out var number))
        {
            throw Bad(value, name, invalid, "non-negative integer value");
        }

        if (!DataSize.TryUnit(unit is null or "" ? defaultUnit : unit, out var factor))
        {
            throw new VireoException(ErrorCode.InvalidArg, ErrorDomain.None, $"unknown suffix '{unit}'") { Number1 = _position.LineNumber, Number2 = _position.LinePosition };
        }

        return number <= ulong.MaxValue / factor
            ? Whole(number * factor, defaultUnit)
            : throw new VireoException(ErrorCode.Overflow, ErrorDomain.None, $"value too large: {value}{unit}") { Number1 = _position.LineNumber, Number2 = _position.LinePosition };
    }

    // libvirt counts in the unit it writes, and rounds up.
    private static DataSize Whole(ulong bytes, string unit)
    {
        DataSize.TryUnit(unit, out var factor);
        var rest = bytes % factor;
        return new(rest == 0 || bytes > ulong.MaxValue - factor ? bytes : bytes + factor - rest);
    }

    /// <summary>VIR_ERR_XML_ERROR at the place the reader stands; its line and column are the error's two numbers.</summary>
    public VireoException Error(string detail, ErrorDomain domain = ErrorDomain.Xml, ErrorCode code = ErrorCode.XmlError) =>
        new(code, domain, detail) { Number1 = _position.LineNumber, Number2 = _position.LinePosition };

    /// <summary>The error about a value that is not allowed.</summary>
    public VireoException Bad(string value, string name, string? invalid, string? expected)
    {
        if (invalid is not null)
        {
            // The declaration's code stands before the message.
            var bar = invalid.IndexOf('|', StringComparison.Ordinal);
            var code = (ErrorCode)int.Parse(invalid.AsSpan(0, bar), CultureInfo.InvariantCulture);
            return Error(invalid[(bar + 1)..].Replace("{0}", value, StringComparison.Ordinal), Domain, code);
        }

        var wanted = expected is null ? "" : $" Expected {expected}";
        return Error(name.StartsWith('@')
            ? $"Invalid value for attribute '{name[1..]}' in element '{_path[_depth]}': '{value}'.{wanted}"
            : $"Invalid value '{value}' for element or attribute './{(name.Length > 0 ? name : Current)}[1]'");
    }

    /// <summary>The error about an attribute that had to be there.</summary>
    public VireoException MissingAttribute(string name, string element) => Error($"Missing required attribute '{name}' in element '{element}'");

    /// <summary>The error about an element that had to be there.</summary>
    public VireoException MissingElement(string name, string element) => Error($"missing element '{name}' in element '{element}'");

    private static bool TrySigned(string value, bool anyBase, out long number)
    {
        var text = value.AsSpan().Trim();
        if (anyBase && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && TryUnsigned(value, true, out var unsigned) && unsigned <= long.MaxValue)
        {
            number = (long)unsigned;
            return true;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryUnsigned(string value, bool anyBase, out ulong number)
    {
        var text = value.AsSpan().Trim();
        return anyBase && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
