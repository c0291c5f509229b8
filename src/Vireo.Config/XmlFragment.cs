namespace Vireo.Config;

/// <summary>A subtree that is kept as it was written, element and all; for instance <c>&lt;metadata&gt;</c>.</summary>
/// <param name="Xml">The element's XML, well-formed by itself.</param>
public sealed record XmlFragment(string Xml)
{
    /// <inheritdoc/>
    public override string ToString() => Xml;
}
