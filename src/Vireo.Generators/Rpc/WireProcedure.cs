using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Contract;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>A contract method with the codecs of its arguments and its result.</summary>
internal sealed class WireProcedure
{
    public WireProcedure(ContractMethod method, Dictionary<string, WireStruct> structs)
    {
        Method = method;
        Args = method.Procedure.Args is { } a && structs[a].Fields.Count > 0 ? structs[a] : null;
        Ret = method.Procedure.Ret is { } r && structs[r].Fields.Count > 0 ? structs[r] : null;
    }

    public ContractMethod Method { get; }

    public WireStruct? Args { get; }

    public WireStruct? Ret { get; }

    /// <summary>The value's type without the stream or file that may come with it.</summary>
    public string? Value => Ret is null ? null : Ret.IsRecord ? Ret.RecordType : Ret.Type.CSharp(Ret.Fields[0].Type);

    public bool IsStream => Method.Procedure.Stream is not null;

    public bool TakesFiles => Method.Procedure.TakesFiles;

    public bool GivesFile => Method.Procedure.Files == "out";

    /// <summary>Where a call finds the driver.</summary>
    public string Driver => Method.Procedure.Driver == "admin" ? "Admin" : "Drivers." + SpecNames.DriverClass(Method.Procedure.Driver).Replace("Driver", "");

    public string Encoder => $"static (ref XdrWriter writer, {Value} value) => Codec.Write{Ret!.Method}(ref writer, value)";

    public string Decoder => Ret!.IsRecord
        ? $"static (ref XdrReader reader) => Codec.Read{Ret.Method}(ref reader)"
        : $"static (ref XdrReader reader) => {{ Codec.Read{Ret.Method}(ref reader, out var value); return value; }}";

    public static List<WireProcedure> All(SpecModel model, Dictionary<string, WireStruct> structs) =>
        ContractMethod.All(model).Select(m => new WireProcedure(m, structs)).ToList();
}
