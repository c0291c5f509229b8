using System;

namespace Vireo.Generators.Spec;

/// <summary>C# types for the types of the spec.</summary>
internal sealed class SpecTypes
{
    private readonly SpecModel _model;
    private readonly SpecProgram _program;

    public SpecTypes(SpecModel model, SpecProgram program)
    {
        _model = model;
        _program = program;
    }

    /// <summary>The type with typedefs resolved. A nullable string is one optional string, not two layers.</summary>
    public (string Name, Modifier Modifier, string? Bound, bool Nullable) Resolve(TypeUse use)
    {
        var nullable = use.Modifier == Modifier.Optional;
        var name = use.Name;
        var modifier = nullable ? Modifier.None : use.Modifier;
        var bound = use.Bound;
        while (modifier == Modifier.None && _model.FindTypedef(_program, name) is { } target)
        {
            name = target.Name;
            if (target.Modifier == Modifier.Optional)
            {
                nullable = true;
            }
            else
            {
                modifier = target.Modifier;
                bound = target.Bound;
            }
        }

        return (name, modifier, bound, nullable);
    }

    public string CSharp(TypeUse use)
    {
        var (name, modifier, _, nullable) = Resolve(use);
        var type = (name, modifier) switch
        {
            ("string", _) => "string",
            ("opaque", Modifier.Fixed) when use.Name.EndsWith("uuid", StringComparison.OrdinalIgnoreCase) => "global::System.Guid",
            ("opaque", _) => "byte[]",
            ("char", Modifier.Fixed or Modifier.Variable) => "string",
            (_, Modifier.None) => Element(name),
            _ => CSharp(new TypeUse(name, Modifier.None, null)) + "[]",
        };
        return nullable ? type + "?" : type;
    }

    private static string Element(string name) => name switch
    {
        "int" => "int",
        "uint" => "uint",
        "hyper" => "long",
        "uhyper" => "ulong",
        "double" => "double",
        "bool" => "bool",
        "uchar" => "byte",
        "char" => "sbyte",
        "short" => "short",
        "ushort" => "ushort",
        "remote_auth_type" => "int",
        "remote_typed_param" or "admin_typed_param" => "global::Vireo.TypedParam",
        _ => "global::Vireo.Drivers." + SpecNames.Record(name),
    };
}
