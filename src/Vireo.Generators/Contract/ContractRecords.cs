using System;
using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Contract;

/// <summary>The structs that cross the contract, as records. Arguments are flattened into parameters and single results unwrapped, so only the rest appears.</summary>
internal sealed class ContractRecords
{
    private static readonly HashSet<string> s_byHand = ["remote_typed_param", "admin_typed_param"];

    private readonly SpecModel _model;
    private readonly SortedDictionary<string, (SpecProgram Program, SpecStruct Struct)> _needed = new(StringComparer.Ordinal);

    public ContractRecords(SpecModel model) => _model = model;

    /// <summary>The structs that are records of the contract.</summary>
    public static ISet<string> Names(SpecModel model)
    {
        var records = new ContractRecords(model);
        records.Collect();
        return new HashSet<string>(records._needed.Keys);
    }

    public string Emit()
    {
        Collect();
        var code = new CodeWriter("Vireo.Drivers");
        foreach (var (program, s) in _needed.Values)
        {
            var name = SpecNames.Record(s.Name);
            var types = new SpecTypes(_model, program);
            var isRef = name.EndsWith("Ref", StringComparison.Ordinal);
            code.Doc(isRef ? $"Names one object across the contract ({s.Name})." : $"What {s.Name} carries.");
            foreach (var f in s.Fields)
            {
                code.Line($"/// <param name=\"{SpecNames.Property(f.Name)}\">Field {f.Name}.</param>");
            }

            var fields = string.Join(", ", s.Fields.Select(f => $"{types.CSharp(f.Type)} {SpecNames.Property(f.Name)}"));
            code.Line($"public {(isRef ? "readonly record struct" : "sealed record")} {name}({fields});").Line();
        }

        return code.ToString();
    }

    private void Collect()
    {
        foreach (var program in _model.Programs)
        {
            foreach (var procedure in program.Procedures.Where(p => p.Kind == "call" && p.Driver != "session"))
            {
                Visit(program, procedure.Args, itself: false);
                Visit(program, procedure.Ret, itself: procedure.Ret is not null && _model.FindStruct(program, procedure.Ret)!.Fields.Count > 1);
            }

            foreach (var procedure in program.Procedures.Where(p => p.Kind == "event" && p.Args is not null))
            {
                Visit(program, procedure.Args, itself: false);
            }
        }
    }

    private void Visit(SpecProgram program, string? name, bool itself)
    {
        if (name is null || s_byHand.Contains(name) || _model.FindStruct(program, name) is not { } s)
        {
            return;
        }

        // A message's own struct is flattened into an event; only what it nests is needed.
        if (itself && !name.EndsWith("_msg", StringComparison.Ordinal) && !_needed.ContainsKey(name))
        {
            var owner = _model.Visible(program).First(p => p.Structs.ContainsKey(name));
            _needed[name] = (owner, s);
        }

        foreach (var field in s.Fields)
        {
            var target = field.Type.Name;
            while (_model.FindTypedef(program, target) is { } typedef)
            {
                target = typedef.Name;
            }

            Visit(program, target, itself: true);
        }
    }
}
