using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>Emits the wire: codecs of every struct, the server's dispatch, the client's stubs, the events.</summary>
[Generator]
public sealed class RpcGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context) => SpecSource.Register(context, "rpc", Emit);

    private static IEnumerable<(string, string)> Emit(SpecModel model)
    {
        var structs = WireStruct.All(model);
        var procedures = WireProcedure.All(model, structs);
        foreach (var group in structs.Values.GroupBy(s => s.Program))
        {
            yield return ($"Codec.{group.Key.Name}.g.cs", CodecEmitter.Emit(group));
        }

        foreach (var group in procedures.GroupBy(p => p.Method.Program))
        {
            yield return ($"{SpecNames.Pascal(group.Key.Name)}Dispatch.g.cs", DispatchEmitter.Emit(group.Key, group.ToList()));
        }

        foreach (var group in procedures.GroupBy(p => p.Method.Procedure.Driver))
        {
            var name = SpecNames.DriverClass(group.Key);
            yield return ($"Remote{name}.g.cs", StubEmitter.Emit(name, group));
        }

        yield return ("DomainEventCodec.g.cs", EventEmitter.Emit(model, structs));
        yield return ("Reencoder.g.cs", ReencodeEmitter.Emit(model, structs));
    }
}
