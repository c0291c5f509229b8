using Microsoft.CodeAnalysis;

namespace Vireo.Generators.Xml;

/// <summary>What a member's type is to a document.</summary>
internal enum ValueKind
{
    Text,
    Int32,
    Int64,
    UInt32,
    UInt64,
    Double,
    Boolean,
    Enum,
    Guid,
    Size,
    Fragment,
    Record,
}

/// <summary>A member's type, taken apart.</summary>
internal sealed class ValueType
{
    public ValueType(ITypeSymbol type)
    {
        Nullable = type.NullableAnnotation == NullableAnnotation.Annotated;
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            type = nullable.TypeArguments[0];
        }

        if (type is INamedTypeSymbol { Name: "ConfigList" } list)
        {
            IsList = true;
            type = list.TypeArguments[0];
        }

        Name = type.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        IsReference = type.IsReferenceType;
        Kind = type.SpecialType switch
        {
            SpecialType.System_String => ValueKind.Text,
            SpecialType.System_Int32 => ValueKind.Int32,
            SpecialType.System_Int64 => ValueKind.Int64,
            SpecialType.System_UInt32 => ValueKind.UInt32,
            SpecialType.System_UInt64 => ValueKind.UInt64,
            SpecialType.System_Double => ValueKind.Double,
            SpecialType.System_Boolean => ValueKind.Boolean,
            _ => type.TypeKind == TypeKind.Enum ? ValueKind.Enum
                : type.Name == "Guid" ? ValueKind.Guid
                : type.Name == "DataSize" ? ValueKind.Size
                : type.Name == "XmlFragment" ? ValueKind.Fragment
                : ValueKind.Record,
        };
    }

    public string Name { get; }

    public ValueKind Kind { get; }

    public bool IsList { get; }

    public bool Nullable { get; }

    public bool IsReference { get; }
}
