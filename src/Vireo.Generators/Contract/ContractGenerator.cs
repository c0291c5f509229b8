using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Contract;

/// <summary>
/// Emits the driver contract: an abstract class per driver with a virtual method per procedure, a read-only decorator of each,
/// the records they take and return, and the domain events.
/// </summary>
[Generator]
public sealed class ContractGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context) => SpecSource.Register(context, "contract", Emit);

    private static IEnumerable<(string, string)> Emit(SpecModel model)
    {
        yield return ("Records.g.cs", new ContractRecords(model).Emit());
        yield return ("DomainEvents.g.cs", new ContractEvents(model).Emit());
        foreach (var group in ContractMethod.All(model).GroupBy(m => m.Procedure.Driver))
        {
            var name = SpecNames.DriverClass(group.Key);
            yield return ($"{name}.g.cs", Driver(name, group));
            yield return ($"ReadOnly{name}.g.cs", new ReadOnlyDecorator(model, name, group).Emit());
        }
    }

    private static string Driver(string name, IEnumerable<ContractMethod> methods)
    {
        var code = new CodeWriter("Vireo.Drivers");
        code.Doc("What a driver implements: a method per procedure. One that is not overridden answers VIR_ERR_NO_SUPPORT.");
        code.Block($"public abstract partial class {name}", () =>
        {
            code.Doc("A driver that supports nothing.").Line($"public static {name} Unsupported {{ get; }} = new UnsupportedDriver();").Line();
            code.Doc("The same driver with every writing method refused with VIR_ERR_OPERATION_DENIED.");
            code.Line($"public {name} AsReadOnly() => this is ReadOnly{name} ? this : new ReadOnly{name}(this);").Line();
            foreach (var m in methods)
            {
                code.Doc($"{m.Api}: procedure {m.Program.Name} {m.Procedure.Number}. Throws VIR_ERR_NO_SUPPORT when the driver has no such function.");
                code.Line($"public virtual {m.Returns} {m.Name}({m.Parameters}) =>");
                code.Line($"    throw global::Vireo.VireoException.NotSupported(\"{m.Api}\");").Line();
            }

            code.Line($"private sealed class UnsupportedDriver : {name};");
        });
        return code.ToString();
    }
}
