using System;
using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Contract;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>
/// A struct of the wire. One that is a record of the contract is read and written whole; the others (arguments, single results, messages)
/// as their fields, those of a nested message in its place.
/// </summary>
internal sealed class WireStruct
{
    public WireStruct(SpecModel model, SpecProgram program, SpecStruct s, bool isRecord)
    {
        Program = program;
        Name = s.Name;
        Method = WireType.Method(s.Name);
        IsRecord = isRecord;
        Type = new WireType(model, program);
        Fields = Flatten(model, program, s).ToList();
    }

    public SpecProgram Program { get; }

    public string Name { get; }

    public string Method { get; }

    public bool IsRecord { get; }

    public string RecordType => "global::Vireo.Drivers." + SpecNames.Record(Name);

    public WireType Type { get; }

    public List<SpecField> Fields { get; }

    /// <summary>Every struct of every program but the frame's own.</summary>
    public static Dictionary<string, WireStruct> All(SpecModel model)
    {
        var records = ContractRecords.Names(model);
        var all = new Dictionary<string, WireStruct>(StringComparer.Ordinal);
        foreach (var program in model.Programs.Where(p => p.Name != "net"))
        {
            foreach (var s in program.Structs.Values.Where(s => s.Name is not ("remote_typed_param" or "admin_typed_param" or "remote_error")))
            {
                all[s.Name] = new WireStruct(model, program, s, records.Contains(s.Name));
            }
        }

        return all;
    }

    private static IEnumerable<SpecField> Flatten(SpecModel model, SpecProgram program, SpecStruct s) =>
        s.Fields.SelectMany(f => f.Type.Name.EndsWith("_msg", StringComparison.Ordinal) ? Flatten(model, program, model.FindStruct(program, f.Type.Name)!) : [f]);
}
