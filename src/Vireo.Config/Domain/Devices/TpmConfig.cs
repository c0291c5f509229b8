using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A trusted platform module.</summary>
[XmlRecord]
public sealed partial record TpmConfig : DeviceConfig
{
    [XmlAttribute] public TpmModel? Model { get; init; }

    [XmlElement(Missing = "missing TPM device backend")] public TpmBackend? Backend { get; init; }
}

/// <summary>How the guest reaches its TPM.</summary>
[XmlEnum]
public enum TpmModel
{
    [XmlName("tpm-tis")] Tis,
    [XmlName("tpm-crb")] Crb,
    [XmlName("tpm-spapr")] Spapr,
    [XmlName("spapr-tpm-proxy")] SpaprProxy,
}

/// <summary>What serves the TPM.</summary>
[XmlRecord]
public sealed partial record TpmBackend
{
    [XmlAttribute(Required = true)] public TpmBackendType? Type { get; init; }

    [XmlAttribute] public TpmVersion? Version { get; init; }

    /// <summary>The state outlives a domain that is undefined or transient.</summary>
    [XmlAttribute("persistent_state", Invalid = "Invalid persistent_state value, either 'yes' or 'no'", InvalidCode = XmlCode.Internal)]
    public bool? PersistentState { get; init; }

    [XmlElement("encryption", Value = "secret", Invalid = "Unable to parse secret uuid '{0}'", InvalidCode = XmlCode.Internal, Form = "Uuid")] public string? EncryptionSecret { get; init; }

    [XmlElement("device", Value = "path")] public string? DevicePath { get; init; }

    /// <summary>Where an external TPM listens, or where the state of an emulated one lies.</summary>
    [XmlElement] public TpmSource? Source { get; init; }

    [XmlElement("active_pcr_banks")] public TpmPcrBanks? ActivePcrBanks { get; init; }

    [XmlElement] public TpmProfile? Profile { get; init; }
}

/// <summary>The socket of an external TPM, or the place of an emulated one's state.</summary>
[XmlRecord]
public sealed partial record TpmSource
{
    /// <summary><c>unix</c>, <c>file</c> or <c>dir</c>.</summary>
    [XmlAttribute] public string? Type { get; init; }

    [XmlAttribute] public string? Mode { get; init; }

    [XmlAttribute] public string? Path { get; init; }
}

/// <summary>Which banks of platform configuration registers are used.</summary>
[XmlRecord]
public sealed partial record TpmPcrBanks
{
    [XmlPresence] public bool Sha1 { get; init; }

    [XmlPresence] public bool Sha256 { get; init; }

    [XmlPresence] public bool Sha384 { get; init; }

    [XmlPresence] public bool Sha512 { get; init; }
}

/// <summary>Which algorithms a TPM has.</summary>
[XmlRecord]
public sealed partial record TpmProfile
{
    [XmlAttribute] public string? Source { get; init; }

    [XmlAttribute] public string? RemoveDisabled { get; init; }

    /// <summary>The profile in use; only in live documents.</summary>
    [XmlAttribute] public string? Name { get; init; }
}

/// <summary>What serves a TPM.</summary>
[XmlEnum]
public enum TpmBackendType
{
    Passthrough, Emulator, External,
}

/// <summary>The version of the TPM's specification.</summary>
[XmlEnum]
public enum TpmVersion
{
    [XmlName("1.2")] V12,
    [XmlName("2.0")] V20,
}
