using System.Globalization;
using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>
/// Images of Ceph as QEMU names them: <c>rbd:pool/image@snapshot:mon_host=host\:6789</c>. In <c>xl</c>'s files, which take a backslash away, there are two.
/// </summary>
internal static class RbdImage
{
    /// <summary>What such a name begins with.</summary>
    public const string Prefix = "rbd:";

    private const string Escape = @"\\";

    /// <summary>Reads a name.</summary>
    public static DiskSource Parse(string text)
    {
        var fields = Split(text[Prefix.Length..]);
        var name = fields[0].Split('@', 2);
        var source = new DiskSource { Protocol = DiskProtocol.Rbd, Name = name[0], Snapshot = name.Length > 1 ? name[1] : null };
        foreach (var (key, value) in fields.Skip(1).Select(field => field.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => (pair[0], pair[1])))
        {
            source = key switch
            {
                "id" => source with { Auth = new StorageAuth { Username = value, Secret = new StorageSecret { Type = "ceph" } } },
                "conf" => source with { ConfigFile = value },
                "mon_host" => source with { Hosts = value.Split([';', ','], StringSplitOptions.RemoveEmptyEntries).Select(Host).ToConfigList() },
                _ => source,
            };
        }

        return source;
    }

    /// <summary>Writes the name of a disk's image.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_SUPPORT, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_XML_ERROR: Xen cannot use it.</exception>
    public static string Format(DiskConfig disk)
    {
        var source = disk.Source!;
        if (source.Protocol != DiskProtocol.Rbd)
            throw VireoException.NotSupported($"Unsupported network block protocol '{source.Protocol?.ToXmlName()}'", ErrorDomain.Xenxl);
        if ((disk.Auth ?? source.Auth) is not null)
            throw XenErrors.Unsupported($"a file cannot hold the secret of the disk '{disk.Target?.Dev}'", ErrorDomain.Xenxl);
        var (name, slash) = (source.Name!, source.Name!.IndexOf('/', StringComparison.Ordinal));
        if (slash < 0)
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"can't split path '{name}' into pool name and image name");
        if (name.AsSpan().ContainsAny(@":@\"))
            throw XenErrors.Unsupported($"'{name.First(c => c is ':' or '@' or '\\')}' not allowed in RBD source volume name '{name[(slash + 1)..]}'", ErrorDomain.Xenxl);
        var text = new StringBuilder(Prefix).Append(name).Append(source.Snapshot is { } snapshot ? "@" + Escaped(snapshot) : "").Append(":auth_supported=none");
        if (!source.Hosts.IsEmpty)
            text.Append(":mon_host=").AppendJoin(Escape + ";", source.Hosts.Select(Format));
        return text.Append(source.ConfigFile is { } conf ? ":conf=" + Escaped(conf) : "").ToString();
    }

    /// <summary>The parts between colons that have no backslash before them, without all backslashes.</summary>
    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        var begin = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (text[i] != ':' || (i > 0 && text[i - 1] == '\\')))
                continue;
            parts.Add(text[begin..i].Replace("\\", "", StringComparison.Ordinal));
            begin = i + 1;
        }

        return parts;
    }

    private static SourceHost Host(string text)
    {
        var bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : 0;
        var colon = text.IndexOf(':', Math.Max(bracket, 0));
        var host = (colon < 0 ? text : text[..colon]).Trim('[', ']');
        if (colon < 0)
            return new SourceHost { Name = host };
        var port = text[(colon + 1)..];
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? new SourceHost { Name = host, Port = port }
            : throw VireoException.InvalidArgument(ErrorDomain.None, $"failed to parse port number '{port}'");
    }

    private static string Format(SourceHost host)
    {
        var name = host.Name ?? throw XenErrors.Unsupported("hosts of RBD images have to have names", ErrorDomain.Xenxl);
        var shown = name.Contains(':', StringComparison.Ordinal) ? $"[{Escaped(name)}]" : Escaped(name);
        return host.Port is null ? shown : $"{shown}{Escape}:{host.Port}";
    }

    private static string Escaped(string text) => text.AsSpan().ContainsAny(@"\;@=")
        ? throw XenErrors.Unsupported($"'{text}' cannot be part of an RBD image's name", ErrorDomain.Xenxl)
        : text.Replace(":", Escape + ":", StringComparison.Ordinal);
}
