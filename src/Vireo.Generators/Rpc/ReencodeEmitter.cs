using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>Emits a table that decodes any payload and encodes it again, for tests that hold the codecs against recorded bytes.</summary>
internal static class ReencodeEmitter
{
    public static string Emit(SpecModel model, Dictionary<string, WireStruct> structs)
    {
        var code = new CodeWriter("Vireo.Rpc");
        code.Line("using Vireo.Rpc.Xdr;").Line();
        code.Block("internal static class Reencoder", () =>
        {
            code.Doc("Decodes a payload and encodes it again. False when the procedure is unknown.");
            code.Block("public static bool TryReencode(uint program, int procedure, bool isReply, ref XdrReader reader, ref XdrWriter writer) => program switch", () =>
            {
                foreach (var program in model.Programs.Where(p => p.Procedures.Count > 0))
                {
                    code.Line($"{program.Number}u => Try{SpecNames.Pascal(program.Name)}((procedure * 2) + (isReply ? 1 : 0), ref reader, ref writer),");
                }

                code.Line("_ => false,");
            }, "};");
            foreach (var program in model.Programs.Where(p => p.Procedures.Count > 0))
            {
                code.Line();
                Program(code, structs, program);
            }

            foreach (var s in structs.Values.Where(s => s.Fields.Count > 0))
            {
                code.Line();
                One(code, s);
            }
        });
        return code.ToString();
    }

    private static void Program(CodeWriter code, Dictionary<string, WireStruct> structs, SpecProgram program)
    {
        code.Block($"private static bool Try{SpecNames.Pascal(program.Name)}(int procedureAndReply, ref XdrReader reader, ref XdrWriter writer)", () =>
        {
            code.Block("switch (procedureAndReply)", () =>
            {
                foreach (var p in program.Procedures)
                {
                    Row(code, structs, p.Number * 2, p.Args);
                    Row(code, structs, (p.Number * 2) + 1, p.Ret);
                }

                code.Line("default: return false;");
            });
        });
    }

    private static void Row(CodeWriter code, Dictionary<string, WireStruct> structs, int label, string? name)
    {
        var body = name is not null && structs[name].Fields.Count > 0 ? $"{structs[name].Method}(ref reader, ref writer); " : "";
        code.Line($"case {label}: {body}return true;");
    }

    private static void One(CodeWriter code, WireStruct s)
    {
        code.Block($"private static void {s.Method}(ref XdrReader reader, ref XdrWriter writer)", () =>
        {
            if (s.IsRecord)
            {
                code.Line($"Codec.Write{s.Method}(ref writer, Codec.Read{s.Method}(ref reader));");
                return;
            }

            code.Line($"Codec.Read{s.Method}(ref reader{string.Concat(s.Fields.Select((_, i) => $", out var f{i}"))});");
            code.Line($"Codec.Write{s.Method}(ref writer{string.Concat(s.Fields.Select((_, i) => $", f{i}"))});");
        });
    }
}
