using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>A reader and a writer for every struct of a program. Arrays are checked against their bound and against the bytes left before they are made.</summary>
internal sealed class CodecEmitter
{
    private readonly SpecModel _model;
    private readonly SpecProgram _program;
    private readonly ISet<string> _contract;
    private readonly SpecTypes _types;

    public CodecEmitter(SpecModel model, SpecProgram program, ISet<string> contract)
    {
        _model = model;
        _program = program;
        _contract = contract;
        _types = new SpecTypes(model, program, contract);
    }

    public string Emit()
    {
        var code = new CodeWriter("Vireo.Rpc.Generated");
        code.Line("using Vireo.Rpc.Xdr;").Line();
        code.Block("internal static partial class Codec", () =>
        {
            foreach (var s in _program.Structs.Values)
            {
                if (WireRecords.IsByHand(s.Name))
                {
                    TypedParam(code, s);
                }
                else
                {
                    Struct(code, s);
                }
            }
        });
        return code.ToString();
    }

    /// <summary>The expression that reads a value of the type.</summary>
    public string Read(TypeUse use)
    {
        var (name, modifier, bound, nullable) = _types.Resolve(use);
        if (nullable)
        {
            var inner = Read(Inner(use));
            return $"reader.ReadBool() ? ({_types.CSharp(use)}){inner} : null";
        }

        return (name, modifier) switch
        {
            ("string", _) => $"reader.ReadString({Limit(bound)})",
            ("opaque", Modifier.Fixed) when IsUuid(use) => "reader.ReadGuid()",
            ("opaque", Modifier.Fixed) => $"reader.ReadFixedOpaque({Limit(bound)})",
            ("opaque", _) => $"reader.ReadOpaque({Limit(bound)})",
            ("char", Modifier.Fixed) => $"Chars.Read(ref reader, {Limit(bound)})",
            ("char", Modifier.Variable) => $"Chars.ReadArray(ref reader, {Limit(bound)})",
            (_, Modifier.Variable) => $"ReadArray(ref reader, {Limit(bound)}, {MinSize(new TypeUse(name, Modifier.None, null))}, static (ref XdrReader reader) => {Read(new TypeUse(name, Modifier.None, null))})",
            (_, Modifier.None) => Scalar(name, "reader.Read", "()") ?? $"Read{SpecNames.Record(name)}(ref reader)",
            _ => throw new FormatException($"no codec for {use.Name}[{use.Bound}]"),
        };
    }

    /// <summary>The statement that writes a value of the type.</summary>
    public string Write(TypeUse use, string value)
    {
        var (name, modifier, bound, nullable) = _types.Resolve(use);
        if (nullable)
        {
            var local = "some" + value.Split('.').Last();
            return $"writer.WriteBool({value} is not null); if ({value} is {{ }} {local}) {{ {Write(Inner(use), local)} }}";
        }

        return (name, modifier) switch
        {
            ("string", _) => $"writer.WriteString({value}, {Limit(bound)});",
            ("opaque", Modifier.Fixed) when IsUuid(use) => $"writer.WriteGuid({value});",
            ("opaque", Modifier.Fixed) => $"writer.WriteFixedOpaque({value}, {Limit(bound)});",
            ("opaque", _) => $"writer.WriteOpaque({value}, {Limit(bound)});",
            ("char", Modifier.Fixed) => $"Chars.Write(ref writer, {value}, {Limit(bound)});",
            ("char", Modifier.Variable) => $"Chars.WriteArray(ref writer, {value}, {Limit(bound)});",
            (_, Modifier.Variable) => $"writer.WriteCount({value}.Length, {Limit(bound)}); foreach (var element in {value}) {{ {Write(new TypeUse(name, Modifier.None, null), "element")} }}",
            (_, Modifier.None) => Scalar(name, "writer.Write", $"({value});") ?? $"Write{SpecNames.Record(name)}(ref writer, {value});",
            _ => throw new FormatException($"no codec for {use.Name}[{use.Bound}]"),
        };
    }

    private string? Scalar(string name, string prefix, string suffix) => name switch
    {
        "int" => prefix + "Int32" + suffix,
        "uint" => prefix + "UInt32" + suffix,
        "hyper" => prefix + "Int64" + suffix,
        "uhyper" => prefix + "UInt64" + suffix,
        "double" => prefix + "Double" + suffix,
        "bool" => prefix + "Bool" + suffix,
        "uchar" => prefix + "UInt8" + suffix,
        "char" => prefix + "Int8" + suffix,
        "short" => prefix + "Int16" + suffix,
        "ushort" => prefix + "UInt16" + suffix,
        _ when _model.IsEnum(_program, name) => prefix + "Int32" + suffix,
        _ => null,
    };

    private static bool IsUuid(TypeUse use) => use.Name.EndsWith("uuid", StringComparison.OrdinalIgnoreCase);

    private static string Property(SpecField field) => "value." + SpecNames.Property(field.Name);

    private void Struct(CodeWriter code, SpecStruct s)
    {
        var name = SpecNames.Record(s.Name);
        var type = _types.Record(s.Name);
        code.Block($"internal static {type} Read{name}(ref XdrReader reader)", () =>
        {
            var i = 0;
            foreach (var f in s.Fields)
            {
                code.Line($"{_types.CSharp(f.Type)} field{i++} = {Read(f.Type)};");
            }

            code.Line($"return new({string.Join(", ", Enumerable.Range(0, i).Select(n => "field" + n))});");
        });
        code.Block($"internal static void Write{name}(ref XdrWriter writer, {type} value)", () =>
        {
            foreach (var f in s.Fields)
            {
                code.Line(Write(f.Type, Property(f)));
            }
        }).Line();
    }

    private void TypedParam(CodeWriter code, SpecStruct s)
    {
        var name = SpecNames.Record(s.Name);
        var union = _program.Unions[s.Fields[1].Type.Name];
        code.Block($"internal static global::Vireo.TypedParam Read{name}(ref XdrReader reader)", () =>
        {
            code.Line($"var field = {Read(s.Fields[0].Type)};");
            code.Block("return reader.ReadInt32() switch", () =>
            {
                foreach (var c in union.Cases)
                {
                    var read = Read(c.Value.Type);
                    code.Line($"{c.Key} => global::Vireo.TypedParam.Of(field, {(c.Value.Name == "b" ? $"{read} != 0" : read)}),");
                }

                code.Line("_ => throw new XdrException(\"a typed parameter is of no known type\"),");
            }, "};");
        });
        code.Block($"internal static void Write{name}(ref XdrWriter writer, global::Vireo.TypedParam value)", () =>
        {
            code.Line(Write(s.Fields[0].Type, "value.Field")).Line("writer.WriteInt32((int)value.Type);");
            code.Block("switch (value.Type)", () =>
            {
                foreach (var c in union.Cases)
                {
                    var value = c.Value.Type.Name switch
                    {
                        "int" => "(int)value.Number",
                        "uint" => "(uint)value.Unsigned",
                        "hyper" => "value.Number",
                        "uhyper" => "value.Unsigned",
                        "double" => "value.Real",
                        _ => "value.Text",
                    };
                    code.Line($"case (global::Vireo.TypedParameterType){c.Key}: {Write(c.Value.Type, value)} break;");
                }
            });
        }).Line();
    }

    private TypeUse Inner(TypeUse use)
    {
        if (use.Modifier == Modifier.Optional)
        {
            return new TypeUse(use.Name, Modifier.None, null);
        }

        var typedef = _model.FindTypedef(_program, use.Name)!;
        return typedef.Modifier == Modifier.Optional ? new TypeUse(typedef.Name, Modifier.None, null) : Inner(typedef);
    }

    private string Limit(string? bound) =>
        (_model.Bound(_program, bound) ?? throw new FormatException($"{_program.Name}: bound '{bound}' is not known")).ToString(CultureInfo.InvariantCulture);

    /// <summary>The fewest bytes a value can take on the wire.</summary>
    private long MinSize(TypeUse use)
    {
        var (name, modifier, bound, nullable) = _types.Resolve(use);
        if (nullable || modifier == Modifier.Variable)
        {
            return 4;
        }

        if (modifier == Modifier.Fixed)
        {
            var n = _model.Bound(_program, bound) ?? 0;
            return name == "opaque" ? (n + 3) / 4 * 4 : n * 4;
        }

        return name switch
        {
            "hyper" or "uhyper" or "double" => 8,
            _ when WireRecords.IsByHand(name) => 12,
            _ => _model.FindStruct(_program, name) is { } s ? Math.Max(4, s.Fields.Sum(f => MinSize(f.Type))) : 4,
        };
    }
}
