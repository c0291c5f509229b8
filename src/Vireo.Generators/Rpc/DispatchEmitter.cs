using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Contract;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>From a call's bytes to the contract's method. What becomes of the pending result is the <c>ServerCall</c>'s business.</summary>
internal sealed class DispatchEmitter
{
    private readonly SpecModel _model;
    private readonly SpecProgram _program;
    private readonly ISet<string> _contract;

    public DispatchEmitter(SpecModel model, SpecProgram program, ISet<string> contract)
    {
        _model = model;
        _program = program;
        _contract = contract;
    }

    public string Emit()
    {
        var name = SpecNames.Pascal(_program.Name) + "Dispatch";
        var methods = _program.Procedures.Where(p => p.Kind == "call" && p.Driver != "session").Select(p => new ContractMethod(_model, _program, p)).ToList();
        var code = new CodeWriter("Vireo.Rpc.Generated");
        code.Line("using Vireo.Rpc.Xdr;").Line();
        code.Block($"internal static class {name}", () =>
        {
            code.Doc("Decodes the arguments and calls the driver; false when the procedure has no driver method. Throws XdrException for bytes that are no arguments.");
            code.Block("public static bool Dispatch(int procedure, ServerCall call, ref XdrReader reader)", () =>
            {
                code.Block("switch (procedure)", () =>
                {
                    foreach (var m in methods)
                    {
                        code.Line($"case {m.Procedure.Number}: {SpecNames.Pascal(m.Procedure.Name)}(call, ref reader); return true;");
                    }

                    code.Line("default: return false;");
                });
            }).Line();
            foreach (var m in methods)
            {
                code.Block($"private static void {SpecNames.Pascal(m.Procedure.Name)}(ServerCall call, ref XdrReader reader)", () => Body(code, m)).Line();
            }
        });
        return code.ToString();
    }

    private void Body(CodeWriter code, ContractMethod m)
    {
        var arguments = new List<string>();
        if (m.Procedure.Args is not null)
        {
            code.Line($"var args = Codec.Read{SpecNames.Record(m.Procedure.Args)}(ref reader);");
            arguments.AddRange(m.Args.Select(a => "args." + SpecNames.Property(a.Field.Name)));
        }

        if (m.Procedure.Files == "in")
        {
            arguments.Add("call.Files");
        }

        arguments.Add("call.Cancellation");
        var driver = SpecNames.DriverClass(m.Procedure.Driver).Replace("Driver", "");
        var pending = $"call.{driver}.{m.Name}({string.Join(", ", arguments)})";
        var kind = m.Procedure.Stream is not null ? "Stream" : m.Procedure.Files == "out" ? "File" : "";
        var encode = Encode(m);
        code.Line($"call.Reply{kind}({pending}{(encode is null ? "" : ", " + encode)});");
    }

    private string? Encode(ContractMethod m)
    {
        if (m.Procedure.Ret is null || _model.FindStruct(_program, m.Procedure.Ret) is not { Fields.Count: > 0 } ret)
        {
            return null;
        }

        var record = SpecNames.Record(m.Procedure.Ret);
        if (ret.Fields.Count > 1)
        {
            return $"Codec.Write{record}";
        }

        var type = new SpecTypes(_model, _program, _contract).CSharp(ret.Fields[0].Type);
        return $"static (ref XdrWriter writer, {type} value) => Codec.Write{record}(ref writer, new(value))";
    }
}
