using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Vireo.Generators.Xml;

/// <summary>Writes a record's parser.</summary>
internal sealed class ReadEmitter
{
    private readonly CodeWriter _code;
    private readonly INamedTypeSymbol _type;
    private readonly List<Member> _members;
    private readonly string? _variant;
    private readonly bool _hides;

    public ReadEmitter(CodeWriter code, INamedTypeSymbol type, List<Member> members, string? variant, bool hides)
    {
        _code = code;
        _type = type;
        _members = members;
        _variant = variant;
        _hides = hides;
    }

    private Member? Text => _members.Find(m => m.Role == MemberRole.Text);

    private bool ReadsUnit => _members.Any(m => m.Role is MemberRole.Attribute or MemberRole.Text && m.Unit is not null);

    public void Emit() => _code.Block($"internal static {(_hides ? "new " : "")}{_type.Name} ReadXml(DocumentReader reader)", () =>
    {
        _code.Line("reader.Begin();").Line("var extras = new XmlExtrasBuilder();");
        Locals();
        Attributes();
        Content();
        Result();
    });

    private void Locals()
    {
        foreach (var m in _members)
        {
            var raw = m.Role == MemberRole.Text || (m.Role == MemberRole.Attribute && m.Unit is not null);
            _code.Line(m.Type.IsList ? $"global::System.Collections.Generic.List<{m.Type.Name}>? {m.Local} = null;"
                : m.Role == MemberRole.Presence ? $"var {m.Local} = false;"
                : $"{(raw ? "string" : m.Type.Name)}? {m.Local} = null;");
        }

        if (ReadsUnit)
        {
            _code.Line("string? unit = null;");
        }
    }

    private void Attributes()
    {
        _code.Block("while (reader.NextAttribute())", () => _code.Block("switch (reader.Key)", () =>
        {
            foreach (var m in _members.Where(m => m.Role == MemberRole.Attribute))
            {
                var value = m.Unit is not null ? "reader.Value" : Convert(m, "reader.Value", "@" + m.Xml);
                _code.Line($"case \"{m.Xml}\": {m.Local} = {value}; extras.At({m.Slot}); break;");
            }

            if (ReadsUnit && !_members.Any(m => m.Role == MemberRole.Attribute && m.Xml == "unit"))
            {
                _code.Line("case \"unit\": unit = reader.Value; break;");
            }

            if (_variant is not null)
            {
                _code.Line($"case \"{_variant}\": break;");
            }

            _code.Line("default: reader.UnknownAttribute(ref extras); break;");
        }));
        foreach (var m in _members.Where(m => m.Role == MemberRole.Attribute && m.Declared.Required))
        {
            _code.Line($"if ({m.Local} is null) throw {Lack(m, $"reader.MissingAttribute(\"{m.Xml}\", reader.Current)")};");
        }
    }

    private void Content()
    {
        _code.Line("extras.At(-1);");
        if (Text is { } text)
        {
            // Between child elements there is only layout, which is no text.
            _code.Line("var mixed = false;");
            _code.Block("if (reader.EnterContent())", () => Children($"while (reader.NextElement(ref {text.Local}))", () => _code.Line("mixed = true;")));
            _code.Line($"if (mixed && {text.Local} is not null) {text.Local} = {text.Local}.Trim() is {{ Length: > 0 }} trimmed ? trimmed : null;");
        }
        else
        {
            _code.Block("if (reader.EnterContent())", () => Children("while (reader.NextElement())", () => { }));
        }

        foreach (var m in _members.Where(m => m.Role == MemberRole.Element && m.Declared.Required))
        {
            _code.Line($"if ({m.Local} is null) throw {Lack(m, $"reader.MissingElement(\"{m.Xml}\", reader.Current)")};");
        }
    }

    private static string Lack(Member m, string general) => m.Declared.Lack is { } lack ? $"reader.Bad(\"\", \"\", {RecordEmitter.Literal(lack)}, null)" : general;

    private void Children(string loop, System.Action first) => _code.Block(loop, () =>
    {
        first();
        _code.Block("switch (reader.Key)", () =>
        {
            foreach (var m in _members)
            {
                Child(m);
            }

            _code.Line("default: reader.UnknownElement(ref extras); break;");
        });
    });

    private void Child(Member m)
    {
        switch (m.Role)
        {
            case MemberRole.Presence:
                _code.Line($"case \"{m.Xml}\" when !{m.Local}: {m.Local} = reader.Presence(ref extras, {m.Slot}); extras.At({m.Slot}); break;");
                Repeated(m, m.Xml);
                break;
            case MemberRole.Choice:
                foreach (var (xml, type) in m.Choices)
                {
                    _code.Line($"case \"{xml}\": ({m.Local} ??= []).Add({type}.ReadXml(reader)); extras.At({m.Slot}, {m.Local}.Count - 1); break;");
                }

                break;
            case MemberRole.Element when m.Wrapper is not null:
                Wrapped(m);
                Repeated(m, m.Wrapper);
                break;
            case MemberRole.Element when m.Type.IsList:
                _code.Block($"case \"{m.Key}\":", () =>
                {
                    Item(m, $"{m.Local}?.Count ?? 0", item => $"({m.Local} ??= []).Add({item});");
                    _code.Line($"extras.At({m.Slot}, ({m.Local}?.Count ?? 1) - 1);").Line("break;");
                });
                break;
            case MemberRole.Element:
                _code.Block($"case \"{m.Key}\" when {m.Local} is null:", () =>
                {
                    Item(m, "0", item => $"{m.Local} = {item};");
                    _code.Line($"extras.At({m.Slot});").Line("break;");
                });
                Repeated(m, m.Key);
                break;
        }
    }

    // One too many is an unknown part, and never comes before the one that counts.
    private void Repeated(Member m, string key) => _code.Line($"case \"{key}\": reader.UnknownElement(ref extras, {m.Slot}); break;");

    private void Wrapped(Member m) => _code.Block($"case \"{m.Wrapper}\" when {m.Local} is null:", () =>
    {
        _code.Line($"reader.WrapperAttributes(ref extras, {m.Slot});").Line($"{m.Local} = [];");
        _code.Block("if (reader.EnterContent())", () => _code.Block("while (reader.NextElement())", () =>
        {
            _code.Block($"if (reader.Key == \"{m.Key}\")", () => Item(m, $"{m.Local}.Count", item => $"{m.Local}.Add({item});"));
            _code.Line("else").Line($"    reader.UnknownInner(ref extras, {m.Slot}, {m.Local}.Count - 1);");
        }));
        _code.Line($"extras.At({m.Slot});").Line("break;");
    });

    private void Item(Member m, string occurrence, System.Func<string, string> store)
    {
        switch (m.Type.Kind)
        {
            case ValueKind.Record:
                _code.Line(store(m.Type.Name + ".ReadXml(reader)"));
                return;
            case ValueKind.Fragment:
                _code.Line(store(m.Declared.Flag("DoubleQuoted") ? "reader.Fragment('\"')" : "reader.Fragment('\\'')"));
                return;
        }

        _code.Line($"string? unit{m.Slot} = {(m.Unit is null ? "null" : "\"\"")};");
        if (m.Declared.String("Value") is { } attribute)
        {
            _code.Line($"if (reader.LeafAttribute(\"{attribute}\", ref extras, {m.Slot}, {occurrence}, ref unit{m.Slot}) is {{ }} text{m.Slot})");
            _code.Line("    " + store(Convert(m, "text" + m.Slot, "@" + attribute, "unit" + m.Slot)));
        }
        else
        {
            _code.Line($"var text{m.Slot} = reader.Leaf(ref extras, {m.Slot}, {occurrence}, ref unit{m.Slot});");
            var stored = store(Convert(m, "text" + m.Slot, m.Xml, "unit" + m.Slot));
            _code.Line(m.Type.Kind == ValueKind.Text && m.Declared.String("Form") is null ? stored : $"if (!string.IsNullOrWhiteSpace(text{m.Slot})) {stored}");
        }
    }

    private void Result()
    {
        _code.Line($"var result = new {_type.Name}").Line("{");
        foreach (var m in _members)
        {
            _code.Line($"    {m.Property} = {Final(m)},");
        }

        _code.Line("    Extras = extras.Build(),").Line("};");
        if (_type.GetMembers("Check").OfType<IMethodSymbol>().Any())
        {
            _code.Line("result.Check(reader);");
        }

        _code.Line("return result;");
    }

    private static string Final(Member m)
    {
        if (m.Type.IsList)
        {
            return $"new({m.Local}?.ToArray())";
        }

        var value = m.Role == MemberRole.Text || (m.Role == MemberRole.Attribute && m.Unit is not null)
            ? $"{m.Local} is null ? null : {Convert(m, m.Local, m.Role == MemberRole.Text ? "" : "@" + m.Xml, "unit")}"
            : m.Local;
        if (m.Type.Nullable || m.Role == MemberRole.Presence || m.Declared.Required)
        {
            return m.Declared.Required && !m.Type.Nullable && !m.Type.IsReference ? $"{m.Local}.Value" : value;
        }

        var missing = m.Type.Kind switch
        {
            ValueKind.Record => "new()",
            ValueKind.Text => "\"\"",
            _ => "default",
        };
        return value == m.Local ? $"{m.Local} ?? {missing}" : $"{m.Local} is null ? {missing} : {Convert(m, m.Local, m.Role == MemberRole.Text ? "" : "@" + m.Xml, "unit")}";
    }

    private static string Convert(Member m, string value, string name, string unit = "unit")
    {
        var rest = $"{value}, {RecordEmitter.Literal(name)}, {RecordEmitter.Literal(m.Declared.Refusal)}";
        return m.Type.Kind switch
        {
            ValueKind.Text when m.Declared.String("Form") is { } form => $"reader.{form}({rest})",
            ValueKind.Text => value,
            ValueKind.Boolean => $"reader.{(m.Declared.Flag("OnOff") ? "OnOff" : "YesNo")}({rest})",
            ValueKind.Enum => $"global::Vireo.Config.XmlNames.TryParse({value}, out {m.Type.Name} e{m.Slot}) ? e{m.Slot} : throw reader.Bad({rest}, null)",
            ValueKind.Size => $"reader.Size({value}, {unit}, {RecordEmitter.Literal(m.Unit ?? "bytes")}, {RecordEmitter.Literal(name)}, {RecordEmitter.Literal(m.Declared.Refusal)})",
            ValueKind.Int32 when m.Declared.Flag("NonNegative") => $"reader.NonNegative({rest}, {(m.AnyBase ? "true" : "false")})",
            ValueKind.Int32 or ValueKind.Int64 or ValueKind.UInt32 or ValueKind.UInt64 when m.AnyBase => $"reader.{m.Type.Kind}({rest}, true)",
            _ => $"reader.{m.Type.Kind}({rest})",
        };
    }
}
