using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>A program's numbers: itself, its procedures, which have priority, and the re-encoding that proves the codecs on recorded bytes.</summary>
internal sealed class ProgramEmitter
{
    private readonly SpecProgram _program;

    public ProgramEmitter(SpecProgram program) => _program = program;

    public string Emit()
    {
        var name = SpecNames.Pascal(_program.Name) + "Program";
        var code = new CodeWriter("Vireo.Rpc.Generated");
        code.Line("using Vireo.Rpc.Xdr;").Line();
        code.Block($"internal static class {name}", () =>
        {
            code.Line($"public const uint Number = 0x{_program.Number:x8};").Line($"public const uint Version = {_program.Version};").Line();
            foreach (var p in _program.Procedures)
            {
                code.Line($"public const int {SpecNames.Pascal(p.Name)} = {p.Number};");
            }

            code.Line().Doc("Whether a procedure answers without waiting for a hypervisor, so that it may run before others.");
            var high = string.Join(" or ", _program.Procedures.Where(p => p.HighPriority).Select(p => p.Number));
            code.Line($"public static bool HasPriority(int procedure) => {(high.Length == 0 ? "false" : "procedure is " + high)};").Line();
            code.Doc("The procedure's name, for logs and messages; null for an unknown number.");
            code.Block("public static string? Name(int procedure) => procedure switch", () =>
            {
                foreach (var p in _program.Procedures)
                {
                    code.Line($"{p.Number} => \"{p.Name}\",");
                }

                code.Line("_ => null,");
            }, "};").Line();
            Reencode(code);
        });
        return code.ToString();
    }

    private void Reencode(CodeWriter code)
    {
        code.Doc("Reads a payload and writes it again; false for a procedure that is not of this program.");
        code.Block("public static bool TryReencode(int procedure, bool reply, ref XdrReader reader, ref XdrWriter writer)", () =>
        {
            // One number for both: a switch over tuples of this size takes the compiler half a minute.
            code.Block("switch ((procedure * 2) + (reply ? 1 : 0))", () =>
            {
                foreach (var p in _program.Procedures)
                {
                    Case(code, p.Number * 2, p.Args);
                    if (p.Kind == "call")
                    {
                        Case(code, (p.Number * 2) + 1, p.Ret);
                    }
                }

                code.Line("default: return false;");
            });
        });
    }

    private static void Case(CodeWriter code, int label, string? structName)
    {
        var body = structName is null ? "" : $"Codec.Write{SpecNames.Record(structName)}(ref writer, Codec.Read{SpecNames.Record(structName)}(ref reader)); ";
        code.Line($"case {label}: {body}return true;");
    }
}
