namespace Vireo.Config;

public sealed partial record StorageVolumeConfig
{
    private const string CompatDigits = "0123456789.";

    /// <summary>Reads a document that makes a volume. Answers to the parsing of <c>virStorageVolCreateXML</c>.</summary>
    /// <param name="xml">The document's text.</param>
    /// <param name="pool">The kind of pool it is made in.</param>
    /// <exception cref="VireoException">As of <c>Parse</c>, and as of <see cref="ToDefinition"/>.</exception>
    public static StorageVolumeConfig ParseDefinition(string xml, StoragePoolType pool) => Parse(xml).ToDefinition(pool);

    /// <summary>
    /// The volume that a document asks for: sizes in bytes, the format that goes with the pool, without what only an existing volume tells. Its path,
    /// key and kind are given by the pool.
    /// </summary>
    /// <param name="pool">The kind of pool it is made in.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_OPERATION_INVALID, with libvirt's messages.</exception>
    public StorageVolumeConfig ToDefinition(StoragePoolType pool)
    {
        if (string.IsNullOrEmpty(Name))
        {
            throw Xml("missing volume name element");
        }

        if (Name.Contains('/', StringComparison.Ordinal))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Storage, $"volume name '{Name}' cannot contain '/'");
        }

        var kind = StoragePoolKind.Of(pool);
        var backing = BackingStore?.Path is { Length: > 0 } ? BackingStore : null;
        if (Capacity is null && backing is null)
        {
            throw Xml("missing capacity element");
        }

        // libvirt looks at a backing image it knows nothing of before it builds on it; as a document it is raw.
        return this with
        {
            Type = Type ?? StorageVolumeType.File,
            Key = Key is "" ? null : Key,
            Source = new() { Extras = Source?.Extras },
            Capacity = Capacity ?? default(DataSize),
            Allocation = Allocation ?? Capacity ?? default(DataSize),
            Physical = null,
            Target = CompleteTarget(Target ?? new(), kind),
            BackingStore = backing is null ? null : backing with
            {
                Format = Format(backing.Format, kind),
                Permissions = StoragePath.Permissions(backing.Permissions),
                Timestamps = null,
            },
        };
    }

    private static StorageVolumeTarget CompleteTarget(StorageVolumeTarget target, StoragePoolKind kind)
    {
        var compat = target.Compat is "" ? null : target.Compat;
        if (compat is not null && compat.AsSpan().ContainsAnyExcept(CompatDigits))
        {
            throw Xml("forbidden characters in 'compat' attribute");
        }

        if (target.Features?.Extras?.Elements.FirstOrDefault() is { } unknown)
        {
            throw Unsupported($"unsupported feature {unknown.Trim('<', '/', '>', ' ')}");
        }

        if (target.Features is { LazyRefcounts: true } or { ExtendedL2: true } && compat is "0.10")
        {
            throw Unsupported($"{(target.Features.LazyRefcounts ? "lazy_refcounts" : "extended_l2")} not supported with compat level {compat}");
        }

        return target with
        {
            Format = Format(target.Format, kind),
            Permissions = StoragePath.Permissions(target.Permissions),
            Timestamps = null,
            Encryption = Encryption(target.Encryption),
            Compat = compat ?? (target.Features is null ? null : "1.1"),
        };
    }

    private static string? Format(string? format, StoragePoolKind kind)
    {
        if (kind.VolumeFormats is not { } formats)
        {
            return null;
        }

        return format is null ? formats[0] : formats.Contains(format) && !(format is "none" && formats[0] == "raw") ? format
            : throw Unsupported($"unknown volume format type {format}");
    }

    private static StorageEncryption? Encryption(StorageEncryption? encryption)
    {
        if (encryption is null)
        {
            return null;
        }

        if (encryption.Format is null)
        {
            throw Xml("unknown volume encryption format");
        }

        if (encryption.Format is not ("default" or "qcow" or "luks" or "luks2" or "luks-any"))
        {
            throw Unsupported($"unknown volume encryption format type {encryption.Format}");
        }

        return encryption.Secrets.Find(secret => secret.Type is not "passphrase") is not { } wrong ? encryption
            : wrong.Type is null ? throw Xml("unknown volume encryption secret type")
            : throw Unsupported($"unknown volume encryption secret type {wrong.Type}");
    }

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.Storage, detail);

    private static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.Storage, detail);
}
