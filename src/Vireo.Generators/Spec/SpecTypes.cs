using System;
using System.Collections.Generic;

namespace Vireo.Generators.Spec;

/// <summary>C# types for the types of the spec.</summary>
internal sealed class SpecTypes
{
    private readonly SpecModel _model;
    private readonly SpecProgram _program;
    private readonly ISet<string>? _contract;

    /// <param name="model">The spec.</param>
    /// <param name="program">Where the types are used.</param>
    /// <param name="contract">The structs that are records of the contract; the others are internal to the wire. Null when all are of the contract.</param>
    public SpecTypes(SpecModel model, SpecProgram program, ISet<string>? contract = null)
    {
        _model = model;
        _program = program;
        _contract = contract;
    }

    /// <summary>The record of a struct, with its namespace.</summary>
    public string Record(string name) =>
        (_contract is null || _contract.Contains(name) ? "global::Vireo.Drivers." : "global::Vireo.Rpc.Generated.") + SpecNames.Record(name);

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
            ("char", Modifier.Fixed) => "string",
            ("char", Modifier.Variable) => "byte[]",
            (_, Modifier.None) => Element(name),
            _ => CSharp(new TypeUse(name, Modifier.None, null)) + "[]",
        };
        return nullable ? type + "?" : type;
    }

    private string Element(string name) => name switch
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
        "remote_typed_param" or "admin_typed_param" => "global::Vireo.TypedParam",
        _ when _model.IsEnum(_program, name) => "int",
        _ => Record(name),
    };
}
