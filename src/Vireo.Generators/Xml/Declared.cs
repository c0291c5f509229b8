using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Vireo.Generators.Xml;

/// <summary>One declaration attribute: its first argument and the named ones.</summary>
internal sealed class Declared
{
    private readonly Dictionary<string, object?> _named;

    private Declared(AttributeData data)
    {
        Name = data.ConstructorArguments.Length > 0 ? data.ConstructorArguments[0].Value as string : null;
        Type = data.ConstructorArguments.Length > 1 ? data.ConstructorArguments[1].Value as INamedTypeSymbol : null;
        _named = data.NamedArguments.ToDictionary(a => a.Key, a => a.Value.Value);
    }

    public string? Name { get; }

    public INamedTypeSymbol? Type { get; }

    public static Declared? Of(ISymbol symbol, string attribute) => All(symbol, attribute).FirstOrDefault();

    public static IEnumerable<Declared> All(ISymbol symbol, string attribute) =>
        symbol.GetAttributes()
            .Where(a => a.AttributeClass is { } c && c.Name == attribute && c.ContainingNamespace.ToDisplayString() + "." == XmlGenerator.Declarations)
            .Select(a => new Declared(a));

    public string? String(string name) => _named.TryGetValue(name, out var value) ? value as string : null;

    /// <summary>The message about a wrong value with its error code before it; null for the general one.</summary>
    public string? Refusal => String("Invalid") is { } invalid ? (Number("InvalidCode") is > 0 and var code ? code : 27) + "|" + invalid : null;

    /// <summary>What is said when the part is missing, with its error code before it; null for the general message.</summary>
    public string? Lack => String("Missing") is { } missing ? (Number("MissingCode") is > 0 and var code ? code : 27) + "|" + missing : null;

    public bool Required => Flag("Required") || Lack is not null;

    public bool Flag(string name) => _named.TryGetValue(name, out var value) && value is true;

    public int Number(string name) => _named.TryGetValue(name, out var value) && value is int number ? number : 0;
}
