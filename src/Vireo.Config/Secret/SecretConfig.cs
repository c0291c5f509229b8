using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;secret&gt;</c> document: what a secret is for; never its value.</summary>
[XmlDocument("secret", Source = "secret_definition", Domain = XmlCode.SecretDocument)]
public sealed partial record SecretConfig
{
    /// <summary>Whether it is kept in memory alone.</summary>
    [XmlAttribute(Invalid = "invalid value of 'ephemeral'")] public bool? Ephemeral { get; init; }

    /// <summary>Whether its value is never shown.</summary>
    [XmlAttribute(Invalid = "invalid value of 'private'")] public bool? Private { get; init; }

    /// <summary>The identity.</summary>
    [XmlElement(Invalid = "malformed uuid element", InvalidCode = XmlCode.Internal)] public Guid? Uuid { get; init; }

    [XmlElement] public string? Description { get; init; }

    /// <summary>What it opens.</summary>
    [XmlElement] public SecretUsage? Usage { get; init; }
}

/// <summary>What a secret opens; which member counts depends on the type.</summary>
[XmlRecord]
public sealed partial record SecretUsage
{
    [XmlAttribute(Invalid = "unknown secret usage type {0}", InvalidCode = XmlCode.Unsupported)] public SecretUsageType? Type { get; init; }

    /// <summary>The path of an encrypted volume.</summary>
    [XmlElement] public string? Volume { get; init; }

    /// <summary>The name of a ceph, TLS or vTPM secret.</summary>
    [XmlElement] public string? Name { get; init; }

    /// <summary>The name of an iSCSI secret.</summary>
    [XmlElement] public string? Target { get; init; }
}

/// <summary>Kinds of use.</summary>
[XmlEnum]
public enum SecretUsageType
{
    None, Volume, Ceph, Iscsi, Tls, Vtpm,
}
