using System.Globalization;

namespace Vireo.Config;

/// <summary>Where a pool's room comes from, as libvirt keeps it.</summary>
internal static class StoragePoolSourceDefinition
{
    private const int NameOfNodeLength = 16;

    public static StoragePoolSource Complete(StoragePoolSource source, StoragePoolType type, StoragePoolKind kind, string pool)
    {
        if (source.Hosts.Any(host => host.Name is null))
        {
            throw Xml("missing storage pool host name");
        }

        if (source.Devices.Any(device => device.Path is null))
        {
            throw Xml("missing storage pool source device path");
        }

        var result = source with
        {
            Hosts = kind.Hosts ? source.Hosts.Map(host => host with { Port = host.Port is 0 ? null : host.Port }) : [],
            Devices = kind.Devices ? source.Devices.Map(device => device with { FreeExtents = [] }) : [],
            Dir = kind.Dir ? Dir(source.Dir, type) : null,
            Adapter = type == StoragePoolType.Scsi ? Adapter(source.Adapter) : null,
            Name = !kind.Name ? null : source.Name is { Length: > 0 } ? source.Name : type == StoragePoolType.Rbd ? null : pool,
            Initiator = kind.Initiator && source.Initiator?.Iqn is { Length: > 0 } ? source.Initiator : null,
            Format = Format(source.Format, kind),
            Auth = Auth(source.Auth),
            ProtocolVersion = source.ProtocolVersion is "" ? null : source.ProtocolVersion,
            Vendor = source.Vendor is "" ? null : source.Vendor,
            Product = source.Product is "" ? null : source.Product,
        };
        Require(result, type, kind);
        return result;
    }

    private static void Require(StoragePoolSource source, StoragePoolType type, StoragePoolKind kind)
    {
        if (type == StoragePoolType.Rbd && source.Name is null)
        {
            throw Xml("element 'name' is mandatory for RBD pool");
        }

        if (kind.Hosts && source.Hosts.Count == 0)
        {
            throw Xml("missing storage pool source host name");
        }

        if (kind.NeedsDevice && source.Devices.Count == 0)
        {
            throw Xml("missing storage pool source device name");
        }

        if (kind.Dir && source.Dir is null)
        {
            throw Xml("missing storage pool source path");
        }

        if (type == StoragePoolType.IscsiDirect && source.Initiator?.Iqn is null)
        {
            throw Xml("missing storage pool initiator iqn");
        }
    }

    private static string? Dir(string? dir, StoragePoolType type)
    {
        if (type == StoragePoolType.Gluster)
        {
            return dir is not { Length: > 0 } ? "/" : StoragePath.Clean(dir.StartsWith('/') ? dir : "/" + dir);
        }

        return dir is { Length: > 0 } ? StoragePath.Clean(dir) : null;
    }

    private static string? Format(string? format, StoragePoolKind kind)
    {
        if (kind.Formats is not { } formats)
        {
            return null;
        }

        return format is null or "" ? formats[0] : formats.Contains(format) ? format
            : throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"unknown pool format type {format}");
    }

    private static StorageAuth? Auth(StorageAuth? auth)
    {
        if (auth is null)
        {
            return null;
        }

        if (auth.Username is null or "")
        {
            throw Xml("missing username for auth");
        }

        if (auth.Type is not (null or "chap" or "ceph"))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"unknown auth type '{auth.Type}'");
        }

        if (auth.Secret is not { } secret)
        {
            throw Xml("Missing <secret> element in auth");
        }

        var refusal = secret switch
        {
            { Uuid: null, Usage: null } => "missing secret uuid or usage attribute",
            { Uuid: not null, Usage: not null } => "either secret uuid or usage expected",
            { Uuid: { } uuid } when !Guid.TryParseExact(uuid.Replace("-", "", StringComparison.Ordinal), "N", out _) => $"invalid secret uuid '{uuid}'",
            _ => null,
        };
        if (refusal is not null)
        {
            throw VireoException.InvalidXml(ErrorDomain.None, refusal);
        }

        return auth.Type is not null ? auth : throw VireoException.ConfigUnsupported(ErrorDomain.Storage, "storage pool missing auth type");
    }

    private static StorageAdapter Adapter(StorageAdapter? adapter)
    {
        if (adapter is null)
        {
            throw Xml("missing storage pool source adapter");
        }

        if (adapter.Type is null or StorageAdapterType.Default)
        {
            if (adapter.Wwnn is not null || adapter.Wwpn is not null || adapter.Parent is not null)
            {
                throw Xml("Use of 'wwnn', 'wwpn', and 'parent' attributes requires use of the adapter 'type'");
            }

            return adapter.Name is null ? throw Xml("missing storage pool source adapter") : new() { Type = StorageAdapterType.ScsiHost, Name = adapter.Name, Extras = adapter.Extras };
        }

        return adapter.Type == StorageAdapterType.ScsiHost ? ScsiHost(adapter) : FcHost(adapter);
    }

    private static StorageAdapter ScsiHost(StorageAdapter adapter)
    {
        if (adapter.Parentaddr is { } place)
        {
            if (place.Address is not { } said)
            {
                throw Xml("Missing scsi_host PCI address element");
            }

            PciChecks.Range(said.Bus, said.Slot, said.Function);
            if (place.UniqueId is null)
            {
                throw Xml("Missing or invalid scsi adapter 'unique_id' value");
            }

            if (adapter.Name is not null)
            {
                throw Xml("Both 'name' and 'parent' cannot be specified for the 'scsi_host' adapter");
            }

            var address = said with { Domain = said.Domain ?? 0, Bus = said.Bus ?? 0, Slot = said.Slot ?? 0, Function = said.Function ?? 0, Multifunction = null };
            return new() { Type = adapter.Type, Parentaddr = place with { Address = address }, Extras = adapter.Extras };
        }

        return adapter.Name is null ? throw Xml("Either 'name' or 'parent' must be specified for the 'scsi_host' adapter")
            : new() { Type = adapter.Type, Name = adapter.Name, Extras = adapter.Extras };
    }

    private static StorageAdapter FcHost(StorageAdapter adapter)
    {
        if (adapter.Wwnn is null || adapter.Wwpn is null)
        {
            throw Xml("'wwnn' and 'wwpn' must be specified for adapter type 'fchost'");
        }

        foreach (var name in (ReadOnlySpan<string?>)[adapter.Wwnn, adapter.Wwpn, adapter.ParentWwnn, adapter.ParentWwpn, adapter.ParentFabricWwn])
        {
            CheckNode(name);
        }

        if ((adapter.ParentWwnn is null) != (adapter.ParentWwpn is null))
        {
            throw Xml(adapter.ParentWwpn is null
                ? $"when providing parent_wwnn='{adapter.ParentWwnn}', the parent_wwpn must also be provided"
                : $"when providing parent_wwpn='{adapter.ParentWwpn}', the parent_wwnn must also be provided");
        }

        return adapter with { Name = null, Parentaddr = null };
    }

    // Sixteen hexadecimal digits, behind 0x or not.
    private static void CheckNode(string? name)
    {
        var digits = name is not null && name.StartsWith("0x", StringComparison.Ordinal) ? name.AsSpan(2) : name;
        if (name is not null && (digits.Length != NameOfNodeLength || !ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)))
        {
            throw VireoException.Internal(ErrorDomain.None, $"Malformed wwn: {name}");
        }
    }

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.Storage, detail);
}
