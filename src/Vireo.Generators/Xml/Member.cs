using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Vireo.Generators.Xml;

internal enum MemberRole
{
    Attribute,
    Element,
    Choice,
    Text,
    Presence,
}

/// <summary>One member of a record with what its declaration says.</summary>
internal sealed class Member
{
    private Member(IPropertySymbol property, MemberRole role, Declared declared)
    {
        Property = property.Name;
        Role = role;
        Type = new ValueType(property.Type);
        Xml = declared.Name ?? char.ToLowerInvariant(property.Name[0]) + property.Name.Substring(1);
        Declared = declared;
        Choices = role == MemberRole.Choice
            ? Declared.All(property, "XmlChoiceAttribute").Select(c => (c.Name!, c.Type!.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat))).ToList()
            : [];
    }

    public string Property { get; }

    public MemberRole Role { get; }

    public ValueType Type { get; }

    public string Xml { get; }

    public Declared Declared { get; }

    public List<(string Xml, string Type)> Choices { get; }

    /// <summary>Its place in the formatted order; anchors of unknown parts name it.</summary>
    public int Slot { get; set; }

    public string Local => "v" + Slot;

    /// <summary>Whether a number may be written in hexadecimal.</summary>
    public bool AnyBase => Declared.Flag("AnyBase") || Declared.Number("Hex") > 0;

    public string? Wrapper => Declared.String("Wrapper");

    public string? Unit => Declared.String("Unit");

    public string? Namespace => Declared.String("Namespace");

    /// <summary>The key a reader gives for it.</summary>
    public string Key => Namespace is null ? Xml : "{" + Namespace + "}" + Xml;

    /// <summary>The name it is formatted with.</summary>
    public string Written => Namespace is null ? Xml : Declared.String("Prefix") + ":" + Xml;

    /// <summary>
    /// All members of a record in formatted order: the derived record's, its base's, then the derived one's that ask to be last;
    /// where the base leads, its members first and its last ones at the end.
    /// </summary>
    public static List<Member> AllOf(INamedTypeSymbol type)
    {
        var (first, last) = Collect(type);
        first.AddRange(last);
        for (var i = 0; i < first.Count; i++)
        {
            first[i].Slot = i;
        }

        return first;
    }

    private static (List<Member> First, List<Member> Last) Collect(INamedTypeSymbol type)
    {
        var own = type.GetMembers().OfType<IPropertySymbol>().Select(Of).OfType<Member>().ToList();
        var first = own.Where(m => !m.Declared.Flag("Last")).ToList();
        var last = own.Where(m => m.Declared.Flag("Last")).ToList();
        if (type.BaseType is { SpecialType: SpecialType.None } parent)
        {
            var (before, after) = Collect(parent);
            if (Declared.Of(parent, "XmlRecordAttribute")?.Flag("Leads") == true)
            {
                first.InsertRange(0, before);
                last.AddRange(after);
            }
            else
            {
                first.AddRange(before);
                first.AddRange(after);
            }
        }

        return (first, last);
    }

    private static Member? Of(IPropertySymbol property) =>
        Of(property, "XmlAttributeAttribute", MemberRole.Attribute)
        ?? Of(property, "XmlElementAttribute", MemberRole.Element)
        ?? Of(property, "XmlTextAttribute", MemberRole.Text)
        ?? Of(property, "XmlPresenceAttribute", MemberRole.Presence)
        ?? Of(property, "XmlChoiceAttribute", MemberRole.Choice);

    private static Member? Of(IPropertySymbol property, string attribute, MemberRole role) =>
        Declared.Of(property, attribute) is { } declared ? new Member(property, role, declared) : null;
}
