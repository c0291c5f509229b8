using System.Collections.Generic;
using System.Linq;

namespace Vireo.Generators.Xml;

/// <summary>Writes a record's formatter.</summary>
internal sealed class WriteEmitter
{
    private readonly CodeWriter _code;
    private readonly List<Member> _members;
    private readonly (string Attribute, string Value)? _variant;
    private readonly bool _document;
    private readonly bool _keepsOpen;
    private int _names;

    public WriteEmitter(CodeWriter code, List<Member> members, (string Attribute, string Value)? variant, bool document, bool keepsOpen)
    {
        _code = code;
        _members = members;
        _variant = variant;
        _document = document;
        _keepsOpen = keepsOpen;
    }

    public void Emit(bool overrides) => _code.Block($"internal {(overrides ? "override " : "")}void WriteXml(DocumentWriter writer, string name)", () =>
    {
        _code.Line("var extras = new XmlExtrasCursor(Extras, writer);").Line("writer.Open(name);");
        if (_variant is { } variant)
        {
            _code.Line($"writer.Attribute(\"{variant.Attribute}\", \"{variant.Value}\");");
        }

        _code.Line("extras.Attributes(-1);");
        foreach (var m in _members.Where(m => m.Role == MemberRole.Attribute))
        {
            Attribute(m);
        }

        var text = _members.Find(m => m.Role == MemberRole.Text);
        if (text?.Unit is { } unit)
        {
            When(text, v => $"writer.Attribute(\"unit\", \"{unit}\");");
        }

        if (_document)
        {
            Namespaces();
        }

        if (text is not null)
        {
            When(text, v => $"writer.Text({TextOf(text, v)});");
        }

        if (_members.Any(Spaced))
        {
            _code.Line("writer.Blank();");
        }

        _code.Line("extras.Elements(-1);");
        foreach (var m in _members)
        {
            Child(m);
        }

        _code.Line("extras.Elements(int.MaxValue);");
        if (_keepsOpen)
        {
            _code.Line("writer.KeepOpen();");
        }

        _code.Line("writer.Close(name);");
    });

    private void Attribute(Member m)
    {
        When(m, v => m.Type.Kind switch
        {
            ValueKind.Int32 or ValueKind.Int64 => $"writer.Attribute(\"{m.Xml}\", (long){v});",
            ValueKind.UInt32 or ValueKind.UInt64 when m.Declared.Number("Hex") is > 0 and var digits => $"writer.Hex(\"{m.Xml}\", {v}, {digits});",
            ValueKind.UInt32 or ValueKind.UInt64 => $"writer.Attribute(\"{m.Xml}\", (ulong){v});",
            ValueKind.Size => $"{{ writer.Attribute(\"{m.Xml}\", DocumentWriter.Count({v}, \"{m.Unit ?? "bytes"}\"));"
                + (m.Unit is null ? " }" : $" writer.Attribute(\"unit\", \"{m.Unit}\"); }}"),
            _ => $"writer.Attribute(\"{m.Xml}\", {TextOf(m, v)});",
        });
        _code.Line($"extras.Attributes({m.Slot});");
    }

    private void Namespaces()
    {
        foreach (var group in _members.Where(m => m.Namespace is not null).GroupBy(m => (m.Namespace, Prefix: m.Declared.String("Prefix"))))
        {
            var there = string.Join(" || ", group.Select(m => m.Type.IsList ? $"{m.Property}.Count > 0" : $"{m.Property} is not null"));
            _code.Line($"if ({there}) writer.Attribute(\"xmlns:{group.Key.Prefix}\", \"{group.Key.Namespace}\");");
        }
    }

    private void Child(Member m)
    {
        switch (m.Role)
        {
            case MemberRole.Presence:
                _code.Line($"if ({m.Property}) {{ writer.Open(\"{m.Xml}\"); extras.Leaf({m.Slot}); writer.Close(\"{m.Xml}\"); }}");
                break;
            case MemberRole.Choice:
                Repeat(m, () => _code.Block($"switch ({m.Property}[i])", () =>
                {
                    foreach (var (xml, type) in m.Choices)
                    {
                        _code.Line($"case {type} c: c.WriteXml(writer, \"{xml}\"); break;");
                    }
                }), $"extras.Elements({m.Slot}, i);");
                break;
            case MemberRole.Element when m.Wrapper is { } wrapper:
                _code.Block($"if ({m.Property}.Count > 0)", () =>
                {
                    _code.Line($"writer.Open(\"{wrapper}\");").Line($"extras.Leaf({m.Slot});").Line($"extras.Inner({m.Slot}, -1);");
                    Repeat(m, () => Item(m, m.Property + "[i]", "i"), $"extras.Inner({m.Slot}, i);");
                    _code.Line($"extras.Inner({m.Slot}, {m.Property}.Count, true);").Line($"writer.Close(\"{wrapper}\");");
                });
                break;
            case MemberRole.Element when m.Type.IsList:
                Repeat(m, () => Item(m, m.Property + "[i]", "i"), $"{(Spaced(m) ? "writer.Blank(); " : "")}extras.Elements({m.Slot}, i);");
                break;
            case MemberRole.Element when m.Type.Nullable:
                _code.Block($"if ({m.Property} is {{ }} c{m.Slot})", () =>
                {
                    Item(m, "c" + m.Slot, "0");
                    if (Spaced(m))
                    {
                        _code.Line("writer.Blank();");
                    }
                });
                break;
            case MemberRole.Element:
                Item(m, m.Property, "0");
                break;
            default:
                return;
        }

        _code.Line($"extras.Elements({m.Slot});");
    }

    private void Repeat(Member m, System.Action body, string after) =>
        _code.Block($"for (var i = 0; i < {m.Property}.Count; i++)", () =>
        {
            body();
            _code.Line(after);
        });

    private void Item(Member m, string value, string occurrence)
    {
        switch (m.Type.Kind)
        {
            case ValueKind.Record:
                _code.Line($"{value}.WriteXml(writer, \"{m.Written}\");");
                return;
            case ValueKind.Fragment:
                _code.Line($"writer.Fragment({value}.Xml);");
                return;
        }

        _code.Line($"writer.Open(\"{m.Written}\");");
        var attribute = m.Declared.String("Value");
        if (attribute is not null)
        {
            _code.Line($"writer.Attribute(\"{attribute}\", {TextOf(m, value)});");
        }

        if (m.Unit is not null)
        {
            _code.Line($"writer.Attribute(\"unit\", \"{m.Unit}\");");
        }

        _code.Line($"extras.Leaf({m.Slot}, {occurrence});");
        if (attribute is null)
        {
            _code.Line($"writer.Text({TextOf(m, value)});");
        }

        _code.Line($"writer.Close(\"{m.Written}\");");
    }

    private void When(Member m, System.Func<string, string> write)
    {
        if (m.Type.Nullable)
        {
            var value = "w" + _names++;
            _code.Line($"if ({m.Property} is {{ }} {value}) {write(value)}");
        }
        else
        {
            _code.Line(write(m.Property));
        }
    }

    private static bool Spaced(Member m) => m.Declared.Flag("Spaced");

    private static string TextOf(Member m, string value) => m.Type.Kind switch
    {
        ValueKind.Text => value,
        ValueKind.Boolean => m.Declared.Flag("OnOff") ? $"{value} ? \"on\" : \"off\"" : $"{value} ? \"yes\" : \"no\"",
        ValueKind.Enum => $"global::Vireo.Config.XmlNames.ToXmlName({value})",
        ValueKind.Guid => value + ".ToString()",
        ValueKind.Size => $"DocumentWriter.Number(DocumentWriter.Count({value}, \"{m.Unit ?? "bytes"}\"))",
        ValueKind.Int32 or ValueKind.Int64 => $"DocumentWriter.Number((long){value})",
        ValueKind.UInt32 or ValueKind.UInt64 => m.Declared.Number("Hex") is > 0 and var digits
            ? $"DocumentWriter.HexText({value}, {digits})" : $"DocumentWriter.Number((ulong){value})",
        _ => $"DocumentWriter.Number({value})",
    };
}
