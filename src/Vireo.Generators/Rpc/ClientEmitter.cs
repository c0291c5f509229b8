using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Contract;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>A driver of the contract whose every method is a call over the wire.</summary>
internal sealed class ClientEmitter
{
    private readonly SpecModel _model;
    private readonly string _name;
    private readonly IEnumerable<ContractMethod> _methods;

    public ClientEmitter(SpecModel model, string name, IEnumerable<ContractMethod> methods)
    {
        _model = model;
        _name = name;
        _methods = methods;
    }

    public string Emit()
    {
        var code = new CodeWriter("Vireo.Rpc.Generated");
        code.Line("using Vireo.Rpc.Xdr;").Line();
        code.Block($"internal partial class Remote{_name}(RpcClient client) : global::Vireo.Drivers.{_name}", () =>
        {
            foreach (var m in _methods)
            {
                code.Line($"public override {m.Returns} {m.Name}({m.Parameters}) =>");
                code.Line($"    client.Call{Kind(m)}Async({string.Join(", ", Arguments(m))});").Line();
            }
        });
        return code.ToString();
    }

    private static string Kind(ContractMethod m) => m.Procedure.Stream is not null ? "Stream" : m.Procedure.Files == "out" ? "File" : "";

    private IEnumerable<string> Arguments(ContractMethod m)
    {
        var program = SpecNames.Pascal(m.Program.Name) + "Program";
        yield return $"{program}.Number";
        yield return $"{program}.{SpecNames.Pascal(m.Procedure.Name)}";
        yield return m.Procedure.Args is null
            ? "default(Nothing), Nothing.Write"
            : $"new {SpecNames.Record(m.Procedure.Args)}({string.Join(", ", m.Args.Select(a => a.Name))}), Codec.Write{SpecNames.Record(m.Procedure.Args)}";
        if (m.Procedure.Ret is not null && _model.FindStruct(m.Program, m.Procedure.Ret) is { Fields.Count: > 0 } ret)
        {
            var record = SpecNames.Record(m.Procedure.Ret);
            yield return ret.Fields.Count > 1
                ? $"Codec.Read{record}"
                : $"static (ref XdrReader reader) => Codec.Read{record}(ref reader).{SpecNames.Property(ret.Fields[0].Name)}";
        }

        if (m.Procedure.Files == "in")
        {
            yield return "files";
        }

        yield return "cancellationToken";
    }
}
