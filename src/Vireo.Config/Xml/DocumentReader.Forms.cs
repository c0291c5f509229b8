using System.Globalization;

namespace Vireo.Config.Xml;

/// <summary>Values that stay text and must have a form: the names a declaration's <c>Form</c> may have.</summary>
internal sealed partial class DocumentReader
{
    /// <summary>A set of numbers, <c>0-3,^2,8</c>, in libvirt's form of it: <c>0-1,3,8</c>.</summary>
    public string Bitmap(string value, string name, string? invalid) =>
        NumberSet.TryParse(value, out var set) ? set.ToString()
        : throw (invalid is null ? Error($"Failed to parse bitmap '{value}'", ErrorDomain.None, ErrorCode.InvalidArg) : Bad(value, name, invalid, null));

    /// <summary>A UUID, in the form it was written in.</summary>
    public string Uuid(string value, string name, string? invalid)
    {
        Guid(value, name, invalid);
        return value;
    }

    /// <summary>A hardware address of one card.</summary>
    public string Mac(string value, string name, string? invalid)
    {
        if (!MacAddress.TryParse(value, out var address))
        {
            throw Error($"unable to parse mac address '{value}'", Domain);
        }

        return address.IsMulticast ? throw Error($"expected unicast mac address, found multicast '{value}'", Domain) : value;
    }

    /// <summary>A USB port with the hubs before it: up to four numbers.</summary>
    public string UsbPort(string value, string name, string? invalid)
    {
        var ports = value.Split('.');
        return ports.Length <= 4 && Array.TrueForAll(ports, p => uint.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? value
            : throw Error("Cannot parse <address> 'port' attribute", ErrorDomain.Device, ErrorCode.InternalError);
    }

    /// <summary>Bits of a file's rights, in octal.</summary>
    public string Octal(string value, string name, string? invalid) =>
        value.Length is > 0 and <= 10 && !value.AsSpan().ContainsAnyExceptInRange('0', '7') ? value : throw Bad(value, name, invalid, "non-negative integer value");

    /// <summary>A number in either base, in the form it was written in.</summary>
    public string AnyNumber(string value, string name, string? invalid)
    {
        UInt32(value, name, invalid, true);
        return value;
    }

    /// <summary>A number in either base, or a negative one.</summary>
    public string AnyInteger(string value, string name, string? invalid)
    {
        Int32(value, name, invalid, true);
        return value;
    }

    /// <summary>A number of 64 bits with a sign, in the form it was written in.</summary>
    public string LongInteger(string value, string name, string? invalid)
    {
        Int64(value, name, invalid, true);
        return value;
    }

    /// <summary>A unit of data.</summary>
    public string DataUnit(string value, string name, string? invalid) => value.Length == 0 || DataSize.TryUnit(value, out _)
        ? value
        : throw Error($"unknown suffix '{value}'", ErrorDomain.None, ErrorCode.InvalidArg);

    /// <summary>A clock's adjustment: seconds, or <c>reset</c>.</summary>
    public string Adjustment(string value, string name, string? invalid) =>
        value == "reset" || TrySigned(value, false, out _) ? value : throw Bad(value, name, invalid, null);

    /// <summary>A world-wide name: 16 hexadecimal digits, with or without <c>0x</c>.</summary>
    public string Wwn(string value, string name, string? invalid) =>
        value[(value.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0)..] is { Length: 16 } digits && digits.All(char.IsAsciiHexDigit)
            ? value
            : throw Bad(value, name, invalid, null);

    /// <summary>The name of a SCSI host's port: <c>naa.</c> and a world-wide name.</summary>
    public string PortName(string value, string name, string? invalid) =>
        value.StartsWith("naa.", StringComparison.Ordinal) ? "naa." + Wwn(value[4..], name, invalid) : throw Bad(value, name, invalid, null);

    /// <summary>The vendor shown by the CPU: 12 characters.</summary>
    public string CpuVendor(string value, string name, string? invalid) => value.Length == 12 ? value : throw Bad(value, name, invalid, null);

    /// <summary>The vendor shown by the hypervisor.</summary>
    public string HypervVendor(string value, string name, string? invalid) =>
        value.Length <= 12 ? value : throw Error("HyperV vendor_id value must not be more than 12 characters.", Domain);

    /// <summary>What an s390 guest's loader is told.</summary>
    public string LoadParameter(string value, string name, string? invalid) =>
        value.Length is 0 or > 8 ? throw Error($"loadparm value '{value.ToUpperInvariant()}' must be between 1 and 8 characters", Domain, ErrorCode.InternalError)
        : value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ' ') ? value
        : throw Error($"invalid loadparm value '{value.ToUpperInvariant()}', expecting chars in set of [a-zA-Z0-9.] and blank spaces", Domain, ErrorCode.InternalError);

    /// <summary>The format of an image, by its name in documents.</summary>
    public string ImageFormat(string value, string name, string? invalid) => value is "none" or "raw" or "dir" or "bochs" or "cloop" or "dmg" or "iso" or "vpc" or "vdi" or "fat"
        or "vhd" or "ploop" or "cow" or "qcow" or "qcow2" or "qed" or "vmdk" or "aio" ? value : throw Bad(value, name, invalid, null);

    /// <summary>A version of USB, or -1 for any.</summary>
    public string UsbVersion(string value, string name, string? invalid) =>
        value == "-1" || (value.Split('.') is [var major, var minor] && TryUnsigned(major, false, out _) && TryUnsigned(minor, false, out _))
            ? value
            : throw Bad(value, name, invalid, null);

    /// <summary>A path from the root.</summary>
    public string AbsolutePath(string value, string name, string? invalid) => value.StartsWith('/') ? value : throw Bad(value, name, invalid, null);

    /// <summary>A port of a server.</summary>
    public string Port(string value, string name, string? invalid) => TryUnsigned(value, false, out var port)
        ? port <= ushort.MaxValue ? value : throw Error($"port '{value}' out of range", ErrorDomain.None, ErrorCode.InvalidArg)
        : throw Error($"failed to parse port number '{value}'", ErrorDomain.None, ErrorCode.InvalidArg);
}
