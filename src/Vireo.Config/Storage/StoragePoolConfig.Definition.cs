namespace Vireo.Config;

public sealed partial record StoragePoolConfig
{
    /// <summary>Reads a document that defines a pool. Answers to <c>virStoragePoolDefineXML</c>.</summary>
    /// <param name="xml">The document's text.</param>
    /// <exception cref="VireoException">As of <c>Parse</c>, and as of <see cref="ToDefinition"/>.</exception>
    public static StoragePoolConfig ParseDefinition(string xml) => Parse(xml).ToDefinition();

    /// <summary>
    /// The pool as libvirt keeps it: with the formats and paths that go with its type, without what the type has no use for, its sizes not known yet. Its
    /// identity is given by whoever keeps it; it stays null here when the document has none.
    /// </summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_NO_SUPPORT, with libvirt's messages.</exception>
    public StoragePoolConfig ToDefinition()
    {
        var type = Type ?? throw VireoException.InvalidXml(ErrorDomain.Xml, "Missing required attribute 'type' in element 'pool'");
        var kind = StoragePoolKind.Of(type);
        var name = CompleteName(kind);
        if (Features?.Cow is not null && type is not (StoragePoolType.Fs or StoragePoolType.Dir))
        {
            throw VireoException.NotSupported("cow feature may only be used for 'fs' and 'dir' pools", ErrorDomain.Storage);
        }

        var source = StoragePoolSourceDefinition.Complete(Source ?? new(), type, kind, name);
        return this with
        {
            Name = name,
            Capacity = default(DataSize),
            Allocation = default(DataSize),
            Available = default(DataSize),
            Features = Features is { Cow: null } ? null : Features,
            Source = source,
            Target = kind.Target ? CompleteTarget(type, source) : null,
            Refresh = Refresh is { Volume.Allocation: not null } ? Refresh : null,
            MountOptions = type is StoragePoolType.Fs or StoragePoolType.Netfs ? Complete(MountOptions) : null,
            RbdOptions = type is StoragePoolType.Rbd ? Complete(RbdOptions) : null,
        };
    }

    private string CompleteName(StoragePoolKind kind)
    {
        var name = Name is { Length: > 0 } ? Name : kind.Name ? Source?.Name : null;
        if (string.IsNullOrEmpty(name))
        {
            throw VireoException.InvalidXml(ErrorDomain.Storage, "missing pool source name element");
        }

        if (name.Contains('/', StringComparison.Ordinal))
        {
            throw VireoException.InvalidXml(ErrorDomain.Storage, $"name {name} cannot contain '/'");
        }

        return !name.Contains('\n', StringComparison.Ordinal) ? name : throw VireoException.XmlDetail(ErrorDomain.Xml, "invalid char in name: \n");
    }

    private static StoragePoolMountOptions? Complete(StoragePoolMountOptions? options) =>
        options is null or { Options.Count: 0 } ? null
        : !options.Options.Any(option => option.Name is null or "") ? options
        : throw VireoException.InvalidXml(ErrorDomain.Storage, "no fs mount option name specified");

    private static StoragePoolRbdOptions? Complete(StoragePoolRbdOptions? options) =>
        options is null or { Options.Count: 0 } ? null
        : options.Options.Any(option => option.Name is null or "") ? throw VireoException.InvalidXml(ErrorDomain.Storage, "no rbd option name specified")
        : options.Options.Find(option => option.Value is null or "") is not { } bad ? options
        : throw VireoException.InvalidXml(ErrorDomain.Storage, $"no rbd option value specified for option '{bad.Name}'");

    private StoragePoolTarget CompleteTarget(StoragePoolType type, StoragePoolSource source)
    {
        var path = type switch
        {
            StoragePoolType.Logical => "/dev/" + source.Name,
            StoragePoolType.Zfs => "/dev/zvol/" + source.Name,
            _ => Target?.Path is { Length: > 0 } said ? said : throw VireoException.InvalidXml(ErrorDomain.Storage, "missing storage pool target path"),
        };
        return (Target ?? new()) with { Path = StoragePath.Clean(path), Permissions = StoragePath.Permissions(Target?.Permissions), Encryption = null };
    }
}
