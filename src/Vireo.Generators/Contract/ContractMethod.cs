using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Contract;

/// <summary>The signature of a procedure in the contract.</summary>
internal sealed class ContractMethod
{
    public ContractMethod(SpecModel model, SpecProgram program, SpecProcedure procedure)
    {
        Program = program;
        Procedure = procedure;
        Name = SpecNames.Method(program, procedure);
        var types = new SpecTypes(model, program);
        Args = procedure.Args is null ? [] : model.FindStruct(program, procedure.Args)!.Fields
            .Select(f => (types.CSharp(f.Type), SpecNames.Parameter(f.Name), f)).ToList();
        Result = ResultType(model, program, procedure, types);
        Parameters = string.Join(", ", Args.Select(a => $"{a.Type} {a.Name}")
            .Concat(procedure.TakesFiles ? ["global::System.Collections.Generic.IReadOnlyList<global::Microsoft.Win32.SafeHandles.SafeFileHandle> files"] : [])
            .Concat(["global::System.Threading.CancellationToken cancellationToken"]));
        Arguments = string.Join(", ", Args.Select(a => a.Name).Concat(procedure.TakesFiles ? ["files"] : []).Concat(["cancellationToken"]));
        Returns = "global::System.Threading.Tasks.ValueTask" + (Result is null ? "" : $"<{Result}>");
        Api = procedure.Api ?? "vir" + SpecNames.Pascal(procedure.Name);
    }

    public SpecProgram Program { get; }

    public SpecProcedure Procedure { get; }

    public string Name { get; }

    public List<(string Type, string Name, SpecField Field)> Args { get; }

    /// <summary>What the method yields; null for nothing.</summary>
    public string? Result { get; }

    public string Returns { get; }

    public string Parameters { get; }

    public string Arguments { get; }

    public string Api { get; }

    public static IEnumerable<ContractMethod> All(SpecModel model) =>
        from program in model.Programs
        from procedure in program.Procedures
        where procedure.Kind == "call" && procedure.Driver != "session"
        select new ContractMethod(model, program, procedure);

    private static string? ResultType(SpecModel model, SpecProgram program, SpecProcedure procedure, SpecTypes types)
    {
        string? value = null;
        if (procedure.Ret is not null)
        {
            var ret = model.FindStruct(program, procedure.Ret)!;
            value = ret.Fields.Count switch
            {
                0 => null,
                1 => types.CSharp(ret.Fields[0].Type),
                _ => "global::Vireo.Drivers." + SpecNames.Record(procedure.Ret),
            };
        }

        var extra = procedure.Stream is not null ? "global::Vireo.Drivers.DriverStream"
            : procedure.Files == "out" ? "global::Microsoft.Win32.SafeHandles.SafeFileHandle"
            : null;
        return value is null ? extra : extra is null ? value : $"({value} Value, {extra} {(procedure.Stream is not null ? "Stream" : "File")})";
    }
}
