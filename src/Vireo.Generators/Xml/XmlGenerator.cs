using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Xml;

/// <summary>Writes the parser and formatter of every record declared as an XML element, and the names of every enum declared so.</summary>
[Generator]
public sealed class XmlGenerator : IIncrementalGenerator
{
    internal const string Declarations = "Vireo.Config.Xml.";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var wanted = SpecSource.Wanted(context, "xml");
        Register(context, wanted, "XmlRecordAttribute", RecordEmitter.Emit);
        Register(context, wanted, "XmlDocumentAttribute", RecordEmitter.Emit);
        Register(context, wanted, "XmlEnumAttribute", EnumEmitter.Emit);
    }

    // The finished text is the pipeline's value: it compares by value, so an unchanged record costs nothing downstream.
    private static void Register(
        IncrementalGeneratorInitializationContext context,
        IncrementalValueProvider<bool> wanted,
        string attribute,
        System.Func<INamedTypeSymbol, string> emit)
    {
        var sources = context.SyntaxProvider.ForAttributeWithMetadataName(
            Declarations + attribute,
            static (node, _) => node is BaseTypeDeclarationSyntax,
            (match, _) => (((INamedTypeSymbol)match.TargetSymbol).Name, Code: emit((INamedTypeSymbol)match.TargetSymbol)));
        context.RegisterSourceOutput(sources.Combine(wanted), static (output, pair) =>
        {
            if (pair.Right)
            {
                output.AddSource("Xml." + pair.Left.Name + ".g.cs", pair.Left.Code);
            }
        });
    }
}
