using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>Namespaces that a container shares with others.</summary>
[XmlRecord]
public sealed partial record LxcNamespaces
{
    /// <summary>Whose network it uses.</summary>
    [XmlElement(Namespace = XmlNamespaces.Lxc, Prefix = "lxc")] public LxcSharedNamespace? Sharenet { get; init; }

    /// <summary>Whose interprocess communication it uses.</summary>
    [XmlElement(Namespace = XmlNamespaces.Lxc, Prefix = "lxc")] public LxcSharedNamespace? Shareipc { get; init; }

    /// <summary>Whose host name it uses.</summary>
    [XmlElement(Namespace = XmlNamespaces.Lxc, Prefix = "lxc")] public LxcSharedNamespace? Shareuts { get; init; }
}

/// <summary>A namespace that is another's.</summary>
[XmlRecord]
public sealed partial record LxcSharedNamespace
{
    [XmlAttribute(Invalid = "Unknown LXC namespace source '{0}'", InvalidCode = XmlCode.Internal, Missing = "No lxc environment type specified", MissingCode = XmlCode.Internal)] public LxcNamespaceOwner? Type { get; init; }

    /// <summary>The namespace's or the container's name, or the process.</summary>
    [XmlAttribute(Missing = "No lxc environment type specified", MissingCode = XmlCode.Internal)] public string? Value { get; init; }
}

/// <summary>How the owner of a namespace is named.</summary>
[XmlEnum]
public enum LxcNamespaceOwner
{
    None, Name, Pid, Netns,
}

/// <summary>Arguments passed to bhyve as they are.</summary>
[XmlRecord]
public sealed partial record BhyveCommandline
{
    [XmlElement("arg", Namespace = XmlNamespaces.Bhyve, Prefix = "bhyve", Value = "value")] public ConfigList<string> Args { get; init; }

    [XmlElement("env", Namespace = XmlNamespaces.Bhyve, Prefix = "bhyve")] public ConfigList<QemuEnvironment> Envs { get; init; }
}

/// <summary>Arguments passed to Xen's device model as they are.</summary>
[XmlRecord]
public sealed partial record XenCommandline
{
    [XmlElement("arg", Namespace = XmlNamespaces.Xen, Prefix = "xen", Value = "value")] public ConfigList<string> Args { get; init; }
}
