using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>What a document may ask of its firmware, with libvirt's messages.</summary>
internal static class FirmwareChecks
{
    private const string EnrolledKeysFeature = "enrolled-keys";
    private const string SecureBootFeature = "secure-boot";

    /// <summary>Checks it, and fills in what follows from it.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR.</exception>
    public static OsConfig Apply(OsConfig os)
    {
        var features = os.FirmwareDetails?.Features ?? [];
        foreach (var feature in features)
        {
            Check(feature);
        }

        if (Refusal(os, features) is { } refusal)
        {
            throw new VireoException(ErrorCode.XmlDetail, ErrorDomain.Domain, refusal);
        }

        os = os with { Nvram = Variables(os.Nvram) };

        // Each is told once, in libvirt's order; keys are of no use to firmware that does not look at them.
        var keys = State(features, EnrolledKeysFeature);
        var secure = State(features, SecureBootFeature) ?? (keys == true ? true : null);
        ConfigList<FirmwareFeature> told =
        [
            .. keys is { } k ? [new FirmwareFeature { Enabled = k, Name = EnrolledKeysFeature }] : Array.Empty<FirmwareFeature>(),
            .. secure is { } s ? [new FirmwareFeature { Enabled = s, Name = SecureBootFeature }] : Array.Empty<FirmwareFeature>(),
        ];
        return os.FirmwareDetails is null ? os : os with { FirmwareDetails = os.FirmwareDetails with { Features = told } };
    }

    /// <summary>Refuses secure boot on machines that cannot have it.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void SecureBoot(DomainConfig config)
    {
        var refusal = config switch
        {
            { Os.Loader: not { Secure: true } } => null,
            { Os.Type.Arch: not "x86_64" } => "Secure boot is supported for x86_64 architecture only",
            _ when !config.Os.Type!.Machine!.Contains("q35", StringComparison.Ordinal) => "Secure boot is supported with q35 machine types only",
            { Os.Firmware: null, Features: not { Smm.State: true } } => "Secure boot requires SMM feature enabled",
            _ => null,
        };
        if (refusal is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, refusal);
        }
    }

    // A type has its source, and what has none is a plain path.
    private static NvramConfig? Variables(NvramConfig? variables)
    {
        if (variables is not { Type: { } type })
        {
            return variables is null ? null : variables with { Source = null };
        }

        var source = variables.Source ?? throw VireoException.Internal(ErrorDomain.Domain, $"<nvram type='{type.ToXmlName()}'> has no <source>");
        var refusal = source switch
        {
            _ when type is not (DiskType.File or DiskType.Block or DiskType.Network) => $"unsupported nvram disk type '{type.ToXmlName()}'",
            { Slices: not null } => "slices are not supported with NVRAM",
            { Reservations: not null } => "persistent reservations are not supported with NVRAM",
            _ => null,
        };
        return refusal is not null ? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, refusal)
            : source.Encryption is not null ? throw VireoException.Internal(ErrorDomain.Qemu, "<encryption> is not supported with NVRAM")
            : variables with { Path = null, Source = UnreadDiskMembers.Source(type, source) with { Index = null, StartupPolicy = null } };
    }

    private static void Check(FirmwareFeature feature)
    {
        if (feature.Enabled is null || feature.Name is null)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"Missing required attribute '{(feature.Name is null ? "name" : "enabled")}' in element 'feature'");
        }

        if (feature.Name is not (EnrolledKeysFeature or SecureBootFeature))
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"Invalid value for attribute 'name' in element 'feature': '{feature.Name}'.");
        }
    }

    private static string? Refusal(OsConfig os, ConfigList<FirmwareFeature> features)
    {
        const string Chosen = "cannot be specified when firmware autoselection is enabled";
        return os switch
        {
            { Firmware: null } when !features.IsEmpty => "cannot use feature-based firmware autoselection when firmware autoselection is disabled",
            _ when State(features, EnrolledKeysFeature) == true && State(features, SecureBootFeature) == false => "firmware feature 'enrolled-keys' cannot be enabled when firmware feature 'secure-boot' is disabled",
            { Firmware: not null, Loader.Readonly: not null } => $"loader attribute 'readonly' {Chosen}",
            { Firmware: not null, Loader: { Type: not null } or { Path: not null } } => $"loader attribute 'type' {Chosen}",
            { Firmware: not null, Nvram.Template: not null } => $"nvram attribute 'template' {Chosen}",
            { Firmware: not null, Loader.Secure: false } => $"loader attribute 'secure' {Chosen}",
            { Loader.Stateless: true, Nvram: not null } => "NVRAM is not permitted when loader is stateless",
            _ => null,
        };
    }

    private static bool? State(ConfigList<FirmwareFeature> features, string name) => features.LastOrDefault(feature => feature.Name == name)?.Enabled;
}
