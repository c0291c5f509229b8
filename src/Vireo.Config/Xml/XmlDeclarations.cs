namespace Vireo.Config.Xml;

/// <summary>The error codes declarations name; as numbers, for the enum is generated and a generator does not see what others make.</summary>
internal static class XmlCode
{
    public const int Internal = 1;
    public const int XmlError = 27;
    public const int InvalidArgument = 8;
    public const int Detail = 35;
    public const int Unsupported = 67;

    /// <summary>ErrorDomain: domain documents.</summary>
    public const int DomainDocument = 20;

    /// <summary>ErrorDomain: storage pool and volume documents.</summary>
    public const int StorageDocument = 18;

    /// <summary>ErrorDomain: network and network port documents.</summary>
    public const int NetworkDocument = 19;

    /// <summary>ErrorDomain: node device documents.</summary>
    public const int NodeDeviceDocument = 22;

    /// <summary>ErrorDomain: documents of a host's interfaces.</summary>
    public const int InterfaceDocument = 26;

    /// <summary>ErrorDomain: secret documents.</summary>
    public const int SecretDocument = 30;

    /// <summary>ErrorDomain: CPU documents.</summary>
    public const int CpuDocument = 31;

    /// <summary>ErrorDomain: network filter and binding documents.</summary>
    public const int FilterDocument = 33;

    /// <summary>ErrorDomain: snapshot documents.</summary>
    public const int SnapshotDocument = 35;

    /// <summary>ErrorDomain: checkpoint documents.</summary>
    public const int CheckpointDocument = 69;
}

/// <summary>Marks a partial record as one XML element: the generator writes its parser and formatter from the members' attributes.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class XmlRecordAttribute : Attribute
{
    /// <summary>An empty element is written with a closing tag, as libvirt writes it for some.</summary>
    public bool Open { get; init; }

    /// <summary>Of a base record: its members come before the derived one's, those marked <c>Last</c> after them.</summary>
    public bool Leads { get; init; }
}

/// <summary>A record that is also the root of a document: it gains <c>Parse</c> and <c>ToXml</c>.</summary>
/// <param name="root">The root element's name.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class XmlDocumentAttribute(string root) : Attribute
{
    public string Root { get; } = root;

    /// <summary>What libvirt calls the text in messages about malformed XML, for instance <c>domain_definition</c>.</summary>
    public string Source { get; init; } = "document";

    /// <summary>Who reports errors in it: a number of ErrorDomain.</summary>
    public int Domain { get; init; } = 20;

    /// <summary>What libvirt says of another root, where it is not the usual.</summary>
    public string? Unexpected { get; init; }

    /// <summary>An empty element is written with a closing tag.</summary>
    public bool Open { get; init; }
}

/// <summary>An abstract record whose derived records are chosen by the value of one attribute.</summary>
/// <param name="attribute">The deciding attribute.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class XmlVariantsAttribute(string attribute) : Attribute
{
    public string Attribute { get; } = attribute;

    /// <summary>The message when the value is none of the variants'; <c>{0}</c> is the value.</summary>
    public string? Invalid { get; init; }

    /// <summary>The error code that goes with <see cref="Invalid"/>.</summary>
    public int InvalidCode { get; init; }

    /// <summary>What is said when the attribute is missing (VIR_ERR_INTERNAL_ERROR), in place of the general message.</summary>
    public string? Missing { get; init; }

    /// <summary>The value meant when the attribute is missing; without one that is an error.</summary>
    public string? Default { get; init; }
}

/// <summary>The deciding attribute's value that chooses this record.</summary>
/// <param name="value">The value.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class XmlVariantAttribute(string value) : Attribute
{
    public string Value { get; } = value;
}

/// <summary>An attribute of the element. Members are formatted in the order of their declaration, a base record's after the derived one's.</summary>
/// <param name="name">The XML name; by default the member's with a small first letter.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class XmlAttributeAttribute(string? name = null) : Attribute
{
    public string? Name { get; } = name;

    /// <summary>The element cannot do without it (VIR_ERR_XML_ERROR).</summary>
    public bool Required { get; init; }

    /// <summary>What is said when it is missing, in place of the general message; it is required then.</summary>
    public string? Missing { get; init; }

    /// <summary>The error code that goes with <see cref="Missing"/>.</summary>
    public int MissingCode { get; init; }

    /// <summary>Formatted as <c>0x</c> and at least so many hexadecimal digits; read in either base.</summary>
    public int Hex { get; init; }

    /// <summary>A number that is formatted in decimal and read in either base; others are refused in hexadecimal.</summary>
    public bool AnyBase { get; init; }

    /// <summary>A signed number that must not be negative.</summary>
    public bool NonNegative { get; init; }

    /// <summary>The form that a text must have: a method of <see cref="DocumentReader"/>, for instance <c>Bitmap</c>.</summary>
    public string? Form { get; init; }

    /// <summary>A boolean written <c>on</c>/<c>off</c> rather than <c>yes</c>/<c>no</c>.</summary>
    public bool OnOff { get; init; }

    /// <summary>The message when the value is not allowed, in place of the general one; <c>{0}</c> is the value.</summary>
    public string? Invalid { get; init; }

    /// <summary>The error code that goes with <see cref="Invalid"/>.</summary>
    public int InvalidCode { get; init; }

    /// <summary>The default unit of a size, whose unit stands in the attribute <c>unit</c>.</summary>
    public string? Unit { get; init; }

    /// <summary>Formatted after the other record's members, where a record has a base.</summary>
    public bool Last { get; init; }
}

/// <summary>A child element: a record, a list of them, or (for simple types) an element whose text is the value.</summary>
/// <param name="name">The XML name; by default the member's with a small first letter.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class XmlElementAttribute(string? name = null) : Attribute
{
    public string? Name { get; } = name;

    /// <summary>The value stands in this attribute of the child rather than in its text.</summary>
    public string? Value { get; init; }

    /// <summary>The list's items stand in one element of this name, left out when there are none.</summary>
    public string? Wrapper { get; init; }

    /// <summary>The namespace; its prefix is declared at the document's root when the element is there.</summary>
    public string? Namespace { get; init; }

    /// <summary>The prefix that goes with <see cref="Namespace"/>.</summary>
    public string? Prefix { get; init; }

    /// <summary>The element cannot do without it (VIR_ERR_XML_ERROR).</summary>
    public bool Required { get; init; }

    /// <summary>What is said when it is missing, in place of the general message; it is required then.</summary>
    public string? Missing { get; init; }

    /// <summary>The error code that goes with <see cref="Missing"/>.</summary>
    public int MissingCode { get; init; }

    /// <summary>Formatted as <c>0x</c> and at least so many hexadecimal digits.</summary>
    public int Hex { get; init; }

    /// <summary>The form that a text must have: a method of <see cref="DocumentReader"/>, for instance <c>Bitmap</c>.</summary>
    public string? Form { get; init; }

    /// <summary>A boolean written <c>on</c>/<c>off</c> rather than <c>yes</c>/<c>no</c>.</summary>
    public bool OnOff { get; init; }

    /// <summary>The message when the value is not allowed, in place of the general one; <c>{0}</c> is the value.</summary>
    public string? Invalid { get; init; }

    /// <summary>The error code that goes with <see cref="Invalid"/>.</summary>
    public int InvalidCode { get; init; }

    /// <summary>The default unit of a size, whose unit stands in the attribute <c>unit</c>.</summary>
    public string? Unit { get; init; }

    /// <summary>Formatted after the base record's members.</summary>
    public bool Last { get; init; }

    /// <summary>An empty line follows each of its elements, and one the parent's start tag.</summary>
    public bool Spaced { get; init; }

    /// <summary>A kept subtree whose attributes stand in double quotes.</summary>
    public bool DoubleQuoted { get; init; }
}

/// <summary>One of several elements that may stand in a list of mixed children, whose order is kept.</summary>
/// <param name="name">The XML name.</param>
/// <param name="type">The record it is bound to, derived from the list's item type.</param>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
internal sealed class XmlChoiceAttribute(string name, Type type) : Attribute
{
    public string Name { get; } = name;

    public Type Type { get; } = type;
}

/// <summary>The element's own text.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class XmlTextAttribute : Attribute
{
    /// <summary>The default unit of a size, whose unit stands in the attribute <c>unit</c>.</summary>
    public string? Unit { get; init; }

    /// <summary>Formatted as <c>0x</c> and at least so many hexadecimal digits.</summary>
    public int Hex { get; init; }

    /// <summary>A boolean written <c>on</c>/<c>off</c> rather than <c>yes</c>/<c>no</c>.</summary>
    public bool OnOff { get; init; }

    /// <summary>The message when the text is not allowed; <c>{0}</c> is the text.</summary>
    public string? Invalid { get; init; }

    /// <summary>The error code that goes with <see cref="Invalid"/>.</summary>
    public int InvalidCode { get; init; }
}

/// <summary>A boolean that is true when the (empty) child element is there.</summary>
/// <param name="name">The XML name; by default the member's with a small first letter.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class XmlPresenceAttribute(string? name = null) : Attribute
{
    public string? Name { get; } = name;
}

/// <summary>An enum whose members have XML names: the member's in small letters unless <see cref="XmlNameAttribute"/> says otherwise.</summary>
[AttributeUsage(AttributeTargets.Enum)]
internal sealed class XmlEnumAttribute : Attribute;

/// <summary>The XML name of an enum's member.</summary>
/// <param name="name">The name.</param>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class XmlNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
