using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>Emits the server's end of a program: number → arguments read → driver's method → answer written.</summary>
internal static class DispatchEmitter
{
    public static string Emit(SpecProgram program, IReadOnlyList<WireProcedure> procedures)
    {
        var code = new CodeWriter("Vireo.Rpc.Server");
        code.Line("using Vireo.Rpc.Xdr;").Line();
        var name = SpecNames.Pascal(program.Name);
        code.Block($"internal static class {name}Dispatch", () =>
        {
            code.Line($"public const uint Program = 0x{program.Number.ToString("x8", CultureInfo.InvariantCulture)};").Line();
            code.Line($"public const uint Version = {program.Version};").Line();
            code.Block("public static bool TryInvoke(ServerCall call, ref XdrReader reader)", () =>
            {
                code.Block("switch (call.Procedure)", () =>
                {
                    foreach (var p in procedures)
                    {
                        code.Line($"case {p.Method.Procedure.Number}: {p.Method.Name}(call, ref reader); return true;");
                    }

                    code.Line("default: return false;");
                });
            }).Line();
            Inline(code, program);
            foreach (var p in procedures)
            {
                code.Line();
                Procedure(code, p);
            }
        });
        return code.ToString();
    }

    /// <summary>Reads that libvirt gives to its priority workers need no monitor: they may run where the packet was read.</summary>
    private static void Inline(CodeWriter code, SpecProgram program)
    {
        var numbers = program.Procedures.Where(p => p.Kind == "call" && p.HighPriority && !p.AlwaysWrites && p.Stream is null).Select(p => p.Number.ToString(CultureInfo.InvariantCulture));
        code.Doc("Whether the call only looks at what is in memory.");
        code.Line($"public static bool IsQuick(int procedure) => {(numbers.Any() ? "procedure is " + string.Join(" or ", numbers) : "false")};");
    }

    private static void Procedure(CodeWriter code, WireProcedure p)
    {
        code.Block($"private static void {p.Method.Name}(ServerCall call, ref XdrReader reader)", () =>
        {
            if (p.Args is not null)
            {
                code.Line($"Codec.Read{p.Args.Method}(ref reader{string.Concat(p.Method.Args.Select(a => $", out var {a.Name}"))});");
            }

            var arguments = p.Method.Args.Select(a => a.Name).Concat(p.TakesFiles ? ["call.Files"] : []).Concat(["call.CancellationToken"]);
            var task = $"call.{p.Driver}.{p.Method.Name}({string.Join(", ", arguments)})";
            var answer = p.IsStream ? "AnswerStream" : p.GivesFile ? "AnswerFile" : "Answer";
            code.Line(p.Ret is null ? $"call.{answer}({task});" : $"call.{answer}({task}, {p.Encoder});");
        });
    }
}
