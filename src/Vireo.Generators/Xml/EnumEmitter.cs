using System.Linq;
using Microsoft.CodeAnalysis;

namespace Vireo.Generators.Xml;

/// <summary>Writes the mapping between an enum's members and their XML names.</summary>
internal static class EnumEmitter
{
    public static string Emit(INamedTypeSymbol type)
    {
        var code = new CodeWriter("Vireo.Config");
        var name = type.Name;
        var members = type.GetMembers().OfType<IFieldSymbol>().Where(f => f.HasConstantValue)
            .Select(f => (f.Name, Xml: Declared.Of(f, "XmlNameAttribute")?.Name ?? f.Name.ToLowerInvariant())).ToList();
        code.Doc("The names that enum members have in documents.").Block("public static partial class XmlNames", () =>
        {
            code.Doc($"The XML name of a {name}.").Block($"public static string ToXmlName(this {name} value) => value switch", () =>
            {
                foreach (var (member, xml) in members)
                {
                    code.Line($"{name}.{member} => \"{xml}\",");
                }

                code.Line("_ => throw new global::System.ArgumentOutOfRangeException(nameof(value)),");
            }, "};");
            code.Doc($"The {name} of an XML name.").Block($"public static bool TryParse(string name, out {name} value)", () =>
            {
                code.Block("switch (name)", () =>
                {
                    foreach (var (member, xml) in members)
                    {
                        code.Line($"case \"{xml}\": value = {name}.{member}; return true;");
                    }

                    code.Line("default: value = default; return false;");
                });
            });
        });
        return code.ToString();
    }
}
