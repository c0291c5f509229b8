using System.Collections.Generic;
using System.Linq;

namespace Vireo.Generators.Rpc;

/// <summary>Emits the client's end: each driver class with every method a call over the wire.</summary>
internal static class StubEmitter
{
    public static string Emit(string driverClass, IEnumerable<WireProcedure> procedures)
    {
        var code = new CodeWriter("Vireo.Rpc.Client");
        code.Line("using Vireo.Rpc.Xdr;").Line();
        code.Doc($"A {driverClass} at the other end of a wire.");
        code.Block($"internal partial class Remote{driverClass}(RpcClient client) : global::Vireo.Drivers.{driverClass}", () =>
        {
            code.Line("protected RpcClient Client => client;");
            foreach (var p in procedures)
            {
                code.Line();
                Procedure(code, p);
            }
        });
        return code.ToString();
    }

    private static void Procedure(CodeWriter code, WireProcedure p)
    {
        var m = p.Method;
        code.Block($"public override {m.Returns} {m.Name}({m.Parameters})", () =>
        {
            var files = p.TakesFiles ? ", files.Count" : "";
            code.Line($"var writer = client.Begin({m.Program.Number}u, {m.Program.Version}u, {m.Procedure.Number}, out uint serial{files});");
            if (p.Args is not null)
            {
                code.Line($"Codec.Write{p.Args.Method}(ref writer{string.Concat(m.Args.Select(a => ", " + a.Name))});");
            }

            var call = p.IsStream ? "CallStreamAsync" : p.GivesFile ? "CallFileAsync" : "CallAsync";
            var given = p.TakesFiles ? ", files" : "";
            var decode = p.Ret is null ? "" : $", {p.Decoder}";
            var stream = p.IsStream ? $", {m.Program.Number}u, {m.Procedure.Number}" : "";
            code.Line($"return client.{call}(ref writer, serial{decode}{stream}{given}, cancellationToken);");
        });
    }
}
