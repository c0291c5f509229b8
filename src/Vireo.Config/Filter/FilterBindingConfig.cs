using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A <c>&lt;filterbinding&gt;</c> document: a filter that is in force on one guest's card.</summary>
[XmlDocument("filterbinding", Source = "nwfilter_binding_definition", Domain = XmlCode.FilterDocument)]
public sealed partial record FilterBindingConfig
{
    /// <summary>The domain that has the card.</summary>
    [XmlElement] public OwnerConfig? Owner { get; init; }

    /// <summary>The card's device on the host.</summary>
    [XmlElement("portdev")] public FilterBindingDevice? PortDevice { get; init; }

    /// <summary>The host's device that a direct card is linked to.</summary>
    [XmlElement("linkdev")] public FilterBindingDevice? LinkDevice { get; init; }

    /// <summary>The card's hardware address.</summary>
    [XmlElement("mac", Value = "address")] public string? Mac { get; init; }

    /// <summary>The filter and its parameters.</summary>
    [XmlElement] public FilterrefConfig? Filterref { get; init; }
}

/// <summary>A network device of the host.</summary>
[XmlRecord]
public sealed partial record FilterBindingDevice
{
    [XmlAttribute] public string? Name { get; init; }
}
