namespace Vireo.Drivers.Xen.Native;

/// <summary>
/// A disk as <c>xl</c> writes it: target, format, device and access by their places or by their names, in front the prefixes of older files.
/// </summary>
internal sealed class XlDiskText
{
    private const string Cdrom = "cdrom";
    private const int MostCharacters = 16384;

    private readonly string _text;
    private bool _hadPrefix;
    private bool _hadAccess;

    private XlDiskText(string text) => _text = text;

    /// <summary>The image; null when it is not told.</summary>
    public string? Target { get; private set; }

    /// <summary>The image's format; null when it is not told.</summary>
    public string? Format { get; private set; }

    /// <summary>The drive's name.</summary>
    public string? Device { get; private set; }

    /// <summary>Whether the guest cannot write.</summary>
    public bool IsReadOnly { get; private set; }

    /// <summary>Whether it is a CD drive.</summary>
    public bool IsCdrom { get; private set; }

    /// <summary>What serves the image; null when the host chooses.</summary>
    public string? Backend { get; private set; }

    /// <summary>The domain that does; null for the host.</summary>
    public string? BackendDomain { get; private set; }

    /// <summary>Reads one.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONF_SYNTAX: it is none. VIR_ERR_CONFIG_UNSUPPORTED: a script makes the image.</exception>
    public static XlDiskText Parse(string text)
    {
        var disk = new XlDiskText(text);
        if (text.Length > MostCharacters)
            throw disk.Malformed();
        var rest = disk.SkipPrefixes();
        while (rest.Length > 0)
        {
            rest = rest.TrimStart(' ', '\t');
            var comma = rest.IndexOf(',', StringComparison.Ordinal);
            if (rest.StartsWith("target=", StringComparison.Ordinal))
                comma = -1;
            disk.Take(comma < 0 ? rest : rest[..comma]);
            rest = comma < 0 ? "" : rest[(comma + 1)..];
        }

        disk.IsReadOnly |= disk.IsCdrom;
        if (disk.Device is null || (disk.Target is null && !disk.IsCdrom && disk.Format != "empty"))
            throw disk.Malformed();
        return disk;
    }

    /// <summary>What older files have before the image: its format, or what serves it.</summary>
    private string SkipPrefixes()
    {
        var rest = _text;
        while (rest.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
        {
            var prefix = rest[..colon];
            switch (prefix)
            {
                case "raw" or "qcow" or "qcow2" or "vhd" or "qed":
                    Format = prefix;
                    break;
                case "phy" or "file" or "tap" or "tap2" or "tapdisk" or "aio" or "ioemu":
                    break;
                case "nbd" or "enbd" or "drbd":
                    throw Script("block-" + prefix);
                default:
                    var isPrefix = prefix.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)) && char.IsAsciiLetterLower(prefix[0])
                        && (colon + 1 == rest.Length || !(char.IsAsciiLetterLower(rest[colon + 1]) || char.IsAsciiDigit(rest[colon + 1])));
                    return isPrefix ? throw Malformed() : rest;
            }

            _hadPrefix = true;
            rest = rest[(colon + 1)..];
        }

        return rest;
    }

    private void Take(string field)
    {
        switch (field)
        {
            case Cdrom:
                IsCdrom = true;
                return;
            case "direct-io-safe" or "discard" or "no-discard" or "colo":
                return;
        }

        if (field.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals)
            TakeNamed(field[..equals], field[(equals + 1)..]);
        else
            TakeAtPlace(field);
    }

    private void TakeNamed(string name, string value)
    {
        switch (name)
        {
            case "target" when Target is null:
                Target = value;
                break;
            case "format":
                SetFormat(value);
                break;
            case "vdev" when Device is null:
                Device = SkipEmulator(value);
                break;
            case "access" when !_hadAccess:
                SetAccess(value);
                break;
            case "devtype" when value is Cdrom or "disk":
                IsCdrom = value == Cdrom;
                break;
            case "backendtype" when value is "phy" or "tap" or "qdisk":
                Backend = value;
                break;
            case "backendtype" when value == "standalone":
                throw XenErrors.Unsupported($"disk backend not supported: {value}", ErrorDomain.Xenxl);
            case "backend":
                BackendDomain = value.Length > 0 ? value : null;
                break;
            case "script" when value.Length > 0:
                throw Script(value);
            case "script" or "specification":
                break;
            default:
                throw Malformed();
        }
    }

    private void TakeAtPlace(string field)
    {
        // An empty drive in the way of older files has no format either.
        _hadPrefix |= Target?.Length == 0 && field.EndsWith(":cdrom", StringComparison.Ordinal);
        if (Target is null)
            Target = field;
        else if (!_hadPrefix && Format is null)
            SetFormat(field);
        else if (Device is null)
            TakeDevice(field);
        else if (!_hadAccess)
            SetAccess(field);
        else
            throw Malformed();
    }

    private void TakeDevice(string field)
    {
        field = SkipEmulator(field);
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            var type = field[(colon + 1)..];
            IsCdrom = type == Cdrom || (type == "disk" ? false : throw Malformed());
            field = field[..colon];
        }

        Device = field;
    }

    private static string SkipEmulator(string device) => device.StartsWith("ioemu:", StringComparison.Ordinal) ? device["ioemu:".Length..] : device;

    private void SetFormat(string value)
    {
        if (Format is not null || value is not ("" or "raw" or "qcow" or "qcow2" or "vhd" or "qed" or "empty"))
            throw Malformed();
        Format = value.Length == 0 ? "raw" : value;
    }

    private void SetAccess(string value)
    {
        _hadAccess = true;
        IsReadOnly = value is "r" or "ro" || (value is "" or "w" or "rw" ? false : throw Malformed());
    }

    private static VireoException Script(string name) => XenErrors.Unsupported($"disks that the script '{name}' makes are not supported", ErrorDomain.Xenxl);

    private VireoException Malformed() => Fields.Malformed("disk", _text);
}
