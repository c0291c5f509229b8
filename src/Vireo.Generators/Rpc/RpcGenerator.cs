using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Vireo.Generators.Contract;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>
/// Emits the wire: codecs of every struct, the programs' numbers and the events (<c>rpc</c>); and on top of them the ends, which need
/// <c>ServerCall</c> and <c>RpcClient</c>: dispatch of every call to the contract, and the contract's drivers over a connection (<c>rpc-ends</c>).
/// </summary>
[Generator]
public sealed class RpcGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        SpecSource.Register(context, "rpc", EmitWire);
        SpecSource.Register(context, "rpc-ends", EmitEnds);
    }

    private static IEnumerable<(string, string)> EmitWire(SpecModel model)
    {
        var contract = ContractRecords.Names(model);
        foreach (var program in model.Programs)
        {
            var prefix = SpecNames.Pascal(program.Name);
            yield return ($"{prefix}Records.g.cs", new WireRecords(model, program, contract).Emit());
            yield return ($"{prefix}Codec.g.cs", new CodecEmitter(model, program, contract).Emit());
            if (program.Procedures.Count > 0)
            {
                yield return ($"{prefix}Program.g.cs", new ProgramEmitter(program).Emit());
            }
        }

        yield return ("DomainEventCodec.g.cs", new EventEmitter(model, contract).Emit());
    }

    private static IEnumerable<(string, string)> EmitEnds(SpecModel model)
    {
        var contract = ContractRecords.Names(model);
        foreach (var program in model.Programs.Where(p => p.Procedures.Any(c => c.Kind == "call")))
        {
            yield return ($"{SpecNames.Pascal(program.Name)}Dispatch.g.cs", new DispatchEmitter(model, program, contract).Emit());
        }

        foreach (var group in ContractMethod.All(model).GroupBy(m => m.Procedure.Driver))
        {
            var name = SpecNames.DriverClass(group.Key);
            yield return ($"Remote{name}.g.cs", new ClientEmitter(model, name, group).Emit());
        }
    }
}
