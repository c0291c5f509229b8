using System.Linq;
using Microsoft.CodeAnalysis;

namespace Vireo.Generators.Xml;

/// <summary>Writes the other half of one record.</summary>
internal static class RecordEmitter
{
    public static string Emit(INamedTypeSymbol type)
    {
        var code = new CodeWriter(type.ContainingNamespace.ToDisplayString());
        code.Line("using Vireo.Config.Xml;").Line();
        var parent = type.BaseType is { SpecialType: SpecialType.None } b ? b : null;
        var modifiers = type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "";
        code.Block($"public {modifiers}partial record {type.Name}", () =>
        {
            if (parent is null)
            {
                code.Doc("The parts of the element that no member stands for; formatting puts them back where they were.");
                code.Line("public XmlExtras? Extras { get; init; }").Line();
            }

            if (Declared.Of(type, "XmlDocumentAttribute") is { } document)
            {
                Document(code, type, document);
            }

            if (type.IsAbstract)
            {
                Abstract(code, type);
                return;
            }

            var members = Member.AllOf(type);
            var variant = Variant(type);
            new ReadEmitter(code, type, members, variant?.Attribute, parent is not null && Declared.Of(parent, "XmlVariantsAttribute") is not null).Emit();
            code.Line();
            new WriteEmitter(
                code, members, variant, Declared.Of(type, "XmlDocumentAttribute") is not null,
                (Declared.Of(type, "XmlRecordAttribute") ?? Declared.Of(type, "XmlDocumentAttribute"))?.Flag("Open") == true).Emit(parent is not null);
        });
        return code.ToString();
    }

    public static string Literal(string? text) =>
        text is null ? "null" : "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";

    private static (string Attribute, string Value)? Variant(INamedTypeSymbol type) =>
        Declared.Of(type, "XmlVariantAttribute") is { } variant && type.BaseType is { } parent && Declared.Of(parent, "XmlVariantsAttribute") is { } variants
            ? (variants.Name!, variant.Name!)
            : null;

    private static void Document(CodeWriter code, INamedTypeSymbol type, Declared document)
    {
        var root = Literal(document.Name);
        var source = Literal(document.String("Source") ?? "document");
        code.Doc($"Reads a <{document.Name}> document.");
        code.Line("/// <param name=\"xml\">Its text.</param>");
        code.Line("/// <exception cref=\"VireoException\">VIR_ERR_XML_DETAIL: the text is no XML. VIR_ERR_XML_ERROR: the document says what it must not.</exception>");
        var arguments = $"(xml, {source}, (ErrorDomain){(document.Number("Domain") is > 0 and var domain ? domain : 20)}, {root}, static reader => ReadXml(reader){(document.String("Unexpected") is { } unexpected ? ", " + Literal(unexpected) : "")});";
        code.Line($"public static {type.Name} Parse(string xml) => DocumentReader.Parse{arguments}").Line();
        code.Doc($"Reads a <{document.Name}> document and refuses one with parts that no member stands for.");
        code.Line("/// <param name=\"xml\">Its text.</param>");
        code.Line("/// <exception cref=\"VireoException\">VIR_ERR_XML_DETAIL: the text is no XML. VIR_ERR_XML_INVALID_SCHEMA: the document has unknown parts or impossible values.</exception>");
        code.Line($"public static {type.Name} ParseValidated(string xml) => DocumentReader.ParseValidated{arguments}").Line();
        code.Doc("The document's text in libvirt's layout.");
        code.Block("public string ToXml()", () =>
        {
            code.Line("var writer = new DocumentWriter();").Line($"WriteXml(writer, {root});").Line("return writer.ToString();");
        }).Line();
    }

    private static void Abstract(CodeWriter code, INamedTypeSymbol type)
    {
        if (type.BaseType is not { SpecialType: SpecialType.None })
        {
            code.Line("internal abstract void WriteXml(DocumentWriter writer, string name);");
        }

        if (Declared.Of(type, "XmlVariantsAttribute") is not { } variants)
        {
            return;
        }

        var derived = type.ContainingNamespace.GetTypeMembers()
            .Where(t => SymbolEqualityComparer.Default.Equals(t.BaseType, type))
            .Select(t => (t.Name, Declared.Of(t, "XmlVariantAttribute")?.Name)).Where(t => t.Item2 is not null).ToList();
        code.Line();
        code.Block($"internal static {type.Name} ReadXml(DocumentReader reader)", () =>
        {
            var attribute = Literal(variants.Name);
            code.Line($"var variant = reader.Attribute({attribute}) ?? {Literal(variants.String("Default"))};");
            code.Block("switch (variant)", () =>
            {
                foreach (var (name, value) in derived)
                {
                    code.Line($"case {Literal(value)}: return {name}.ReadXml(reader);");
                }

                code.Line($"case null: reader.Begin(); throw {(variants.String("Missing") is { } missing ? $"reader.Error({Literal(missing)}, reader.Domain, ErrorCode.InternalError)" : $"reader.MissingAttribute({attribute}, reader.Current)")};");
                code.Line($"default: reader.Begin(); throw reader.Bad(variant, {Literal("@" + variants.Name)}, {Literal(variants.Refusal)}, null);");
            });
        });
    }
}
