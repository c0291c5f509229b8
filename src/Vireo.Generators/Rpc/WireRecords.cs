using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>The structs that never leave the wire (arguments, single results, event messages) as records.</summary>
internal sealed class WireRecords
{
    private static readonly HashSet<string> s_byHand = ["remote_typed_param", "admin_typed_param"];

    private readonly SpecModel _model;
    private readonly SpecProgram _program;
    private readonly ISet<string> _contract;

    public WireRecords(SpecModel model, SpecProgram program, ISet<string> contract)
    {
        _model = model;
        _program = program;
        _contract = contract;
    }

    public static bool IsByHand(string name) => s_byHand.Contains(name);

    public string Emit()
    {
        var types = new SpecTypes(_model, _program, _contract);
        var code = new CodeWriter("Vireo.Rpc.Generated");
        foreach (var e in _program.Enums)
        {
            code.Block($"internal enum {SpecNames.Pascal(e.Key)}", () =>
            {
                foreach (var v in e.Value)
                {
                    code.Line($"{SpecNames.Pascal(v.Key)} = {v.Value},");
                }
            });
        }

        foreach (var s in _program.Structs.Values.Where(s => !IsByHand(s.Name) && !_contract.Contains(s.Name)))
        {
            var fields = string.Join(", ", s.Fields.Select(f => $"{types.CSharp(f.Type)} {SpecNames.Property(f.Name)}"));
            code.Line($"internal readonly record struct {SpecNames.Record(s.Name)}({fields});");
        }

        return code.ToString();
    }
}
