using System;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>How a type of the spec is read from and written to the wire: C# expressions, and the fewest bytes it can take.</summary>
internal sealed class WireType
{
    private const string Codec = "global::Vireo.Rpc.Codec";

    private readonly SpecModel _model;
    private readonly SpecProgram _program;
    private readonly SpecTypes _types;

    public WireType(SpecModel model, SpecProgram program)
    {
        _model = model;
        _program = program;
        _types = new SpecTypes(model, program);
    }

    public string CSharp(TypeUse use) => _types.CSharp(use);

    public string Read(TypeUse use)
    {
        var (name, modifier, bound, nullable) = _types.Resolve(use);
        var value = ReadValue(use, name, modifier, bound);
        return nullable ? $"reader.ReadBool() ? {value} : default({_types.CSharp(use)})" : value;
    }

    public string Write(TypeUse use, string value)
    {
        var (name, modifier, bound, nullable) = _types.Resolve(use);
        if (!nullable)
        {
            return WriteValue(use, name, modifier, bound, value) + ";";
        }

        var inner = IsStructRef(name) ? value + ".Value" : value;
        return $"if ({value} is null) writer.WriteBool(false); else {{ writer.WriteBool(true); {WriteValue(use, name, modifier, bound, inner)}; }}";
    }

    public int MinSize(TypeUse use)
    {
        var (name, modifier, bound, nullable) = _types.Resolve(use);
        if (nullable || modifier == Modifier.Variable || name == "string")
        {
            return 4;
        }

        var one = name switch
        {
            "hyper" or "uhyper" or "double" => 8,
            "opaque" => 1,
            "remote_typed_param" or "admin_typed_param" => 12,
            _ => _model.FindStruct(_program, name) is { } s ? s.Fields.Sum(f => MinSize(f.Type)) : 4,
        };
        return modifier == Modifier.Fixed ? (one * (int)Number(bound) + 3) & ~3 : one;
    }

    private string ReadValue(TypeUse use, string name, Modifier modifier, string? bound)
    {
        var n = modifier == Modifier.None ? 0 : Number(bound);
        return (name, modifier) switch
        {
            ("string", _) => $"reader.ReadString({n})",
            ("opaque", Modifier.Fixed) when _types.CSharp(use).TrimEnd('?') == "global::System.Guid" => "reader.ReadGuid()",
            ("opaque", Modifier.Fixed) => $"reader.ReadFixedOpaque({n})",
            ("opaque", _) => $"reader.ReadOpaque({n})",
            ("char", Modifier.Fixed) => $"{Codec}.ReadFixedText(ref reader, {n})",
            ("char", Modifier.Variable) => $"{Codec}.ReadCharArray(ref reader, {n})",
            (_, Modifier.None) => ReadElement(name),
            (_, Modifier.Variable) => $"{Codec}.ReadArray(ref reader, {n}, {ElementMin(use, name)}, static (ref global::Vireo.Rpc.Xdr.XdrReader reader) => {Read(Element(name))})",
            _ => throw new FormatException($"fixed arrays of {name} are not supported"),
        };
    }

    private string WriteValue(TypeUse use, string name, Modifier modifier, string? bound, string value)
    {
        var n = modifier == Modifier.None ? 0 : Number(bound);
        return (name, modifier) switch
        {
            ("string", _) => $"writer.WriteString({value}, {n})",
            ("opaque", Modifier.Fixed) when _types.CSharp(use).TrimEnd('?') == "global::System.Guid" => $"writer.WriteGuid({value})",
            ("opaque", Modifier.Fixed) => $"writer.WriteFixedOpaque({value}, {n})",
            ("opaque", _) => $"writer.WriteOpaque({value}, {n})",
            ("char", Modifier.Fixed) => $"{Codec}.WriteFixedText(ref writer, {value}, {n})",
            ("char", Modifier.Variable) => $"{Codec}.WriteCharArray(ref writer, {value}, {n})",
            (_, Modifier.None) => WriteElement(name, value),
            (_, Modifier.Variable) => $"{Codec}.WriteArray(ref writer, {value}, {n}, static (ref global::Vireo.Rpc.Xdr.XdrWriter writer, {_types.CSharp(Element(name))} value) => {WriteLambda(name)})",
            _ => throw new FormatException($"fixed arrays of {name} are not supported"),
        };
    }

    private string WriteLambda(string name)
    {
        var element = Element(name);
        var (resolved, modifier, bound, _) = _types.Resolve(element);
        return WriteValue(element, resolved, modifier, bound, "value");
    }

    private static TypeUse Element(string name) => new(name, Modifier.None, null);

    private int ElementMin(TypeUse use, string name) => Math.Max(1, MinSize(Element(name)));

    private long Number(string? bound) => _model.Bound(_program, bound) ?? (bound == "VIR_UUID_BUFLEN" ? 16 : throw new FormatException($"unknown bound {bound}"));

    private bool IsStructRef(string name) => _model.FindStruct(_program, name) is not null && SpecNames.Record(name).EndsWith("Ref", StringComparison.Ordinal);

    private string ReadElement(string name) => Primitive(name) is { } p ? $"reader.Read{p}()"
        : name is "remote_typed_param" or "admin_typed_param" ? $"{Codec}.ReadTypedParam(ref reader)"
        : $"{Codec}.Read{Method(name)}(ref reader)";

    private string WriteElement(string name, string value) => Primitive(name) is { } p ? $"writer.Write{p}({value})"
        : name is "remote_typed_param" or "admin_typed_param" ? $"{Codec}.WriteTypedParam(ref writer, {value})"
        : $"{Codec}.Write{Method(name)}(ref writer, {value})";

    /// <summary>The name of a struct in the codec's methods, unlike for every program.</summary>
    public static string Method(string name) => SpecNames.Pascal(name);

    private string? Primitive(string name) => name switch
    {
        "int" => "Int32",
        "uint" => "UInt32",
        "hyper" => "Int64",
        "uhyper" => "UInt64",
        "double" => "Double",
        "bool" => "Bool",
        "char" => "Int8",
        "uchar" => "UInt8",
        "short" => "Int16",
        "ushort" => "UInt16",
        _ when _model.IsEnum(_program, name) => "Int32",
        _ => null,
    };
}
