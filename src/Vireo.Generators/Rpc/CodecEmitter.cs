using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>Emits the readers and writers of the structs.</summary>
internal static class CodecEmitter
{
    public static string Emit(IEnumerable<WireStruct> structs)
    {
        var code = new CodeWriter("Vireo.Rpc");
        code.Line("using Vireo.Rpc.Xdr;").Line();
        code.Block("internal static partial class Codec", () =>
        {
            foreach (var s in structs.Where(s => s.Fields.Count > 0))
            {
                if (s.IsRecord)
                {
                    Record(code, s);
                }
                else
                {
                    Fields(code, s);
                }
            }
        });
        return code.ToString();
    }

    private static void Record(CodeWriter code, WireStruct s)
    {
        code.Block($"public static {s.RecordType} Read{s.Method}(ref XdrReader reader)", () =>
        {
            for (var i = 0; i < s.Fields.Count; i++)
            {
                code.Line($"var f{i} = {s.Type.Read(s.Fields[i].Type)};");
            }

            code.Line($"return new({string.Join(", ", s.Fields.Select((_, i) => "f" + i))});");
        }).Line();
        code.Block($"public static void Write{s.Method}(ref XdrWriter writer, {s.RecordType} value)", () =>
        {
            foreach (var f in s.Fields)
            {
                code.Line(s.Type.Write(f.Type, "value." + SpecNames.Property(f.Name)));
            }
        }).Line();
    }

    private static void Fields(CodeWriter code, WireStruct s)
    {
        var read = string.Concat(s.Fields.Select(f => $", out {s.Type.CSharp(f.Type)} {SpecNames.Parameter(f.Name)}"));
        code.Block($"public static void Read{s.Method}(ref XdrReader reader{read})", () =>
        {
            foreach (var f in s.Fields)
            {
                code.Line($"{SpecNames.Parameter(f.Name)} = {s.Type.Read(f.Type)};");
            }
        }).Line();
        var write = string.Concat(s.Fields.Select(f => $", {s.Type.CSharp(f.Type)} {SpecNames.Parameter(f.Name)}"));
        code.Block($"public static void Write{s.Method}(ref XdrWriter writer{write})", () =>
        {
            foreach (var f in s.Fields)
            {
                code.Line(s.Type.Write(f.Type, SpecNames.Parameter(f.Name)));
            }
        }).Line();
    }
}
