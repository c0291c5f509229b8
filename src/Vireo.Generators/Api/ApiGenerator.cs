using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Api;

/// <summary>Emits the enums and flags of the C API as C# enums.</summary>
[Generator]
public sealed class ApiGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context) => SpecSource.Register(context, "api", Emit);

    private static IEnumerable<(string, string)> Emit(SpecModel model)
    {
        var code = new CodeWriter("Vireo");
        foreach (var e in model.Enums)
        {
            if (e.Name == "ErrorLevel")
            {
                continue; // ErrorSeverity, beside the exception, is this one
            }

            code.Doc(e.CName + ".");
            if (e.Flags)
            {
                code.Line("[global::System.Flags]");
            }

            code.Block($"public enum {e.Name}{(e.Flags ? " : uint" : "")}", () =>
            {
                if (e.Flags && !e.Values.Exists(v => v.Value == 0))
                {
                    code.Doc("No flag.").Line("None = 0,");
                }

                foreach (var (cName, name, value) in e.Values)
                {
                    code.Doc(cName + ".").Line($"{name} = {(e.Flags && value < 0 ? unchecked((uint)value) : value)},");
                }
            });
        }

        yield return ("Enums.g.cs", code.ToString());
    }
}
