using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Keys;

/// <summary>Turns <c>spec/keys/keycodes.spec</c> into tables of key codes and names, for projects that generate <c>keys</c>.</summary>
[Generator]
public sealed class KeysGenerator : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor s_broken =
        new("VIREOKEY1", "Key spec cannot be read", "{0}: {1}", "Vireo", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = SpecSource.Files(context, path => path.Contains("/spec/keys/"));
        context.RegisterSourceOutput(SpecSource.Wanted(context, "keys").Combine(files), (output, pair) =>
        {
            foreach (var (path, text) in pair.Left ? pair.Right : [])
            {
                try
                {
                    output.AddSource("KeyTables.g.cs", Emit(text));
                }
                catch (FormatException e)
                {
                    output.ReportDiagnostic(Diagnostic.Create(s_broken, Location.None, Path.GetFileName(path), e.Message));
                }
            }
        });
    }

    private static string Emit(string text)
    {
        var tables = new Dictionary<(string Kind, string Set), List<(string Left, string Right)>>();
        List<(string, string)>? current = null;
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
            if (line[0] != ' ')
            {
                tables.Add((words[0], words[1]), current = []);
                continue;
            }

            foreach (var word in words)
            {
                var sides = word.Split('=');
                (current ?? throw new FormatException("a row before the first table")).Add(sides.Length == 2 ? (sides[0], sides[1]) : throw new FormatException($"{word} is no NAME=CODE"));
            }
        }

        var code = new CodeWriter("Vireo");
        code.Block("internal static class KeyTables", () =>
        {
            code.Doc("Each codeset's codes, and the number of the key each is.");
            Switch(code, "Codes", "(uint Code, uint Key)[]", tables, "set", static row => $"({row.Left}, {row.Right})");
            code.Doc("The names that a codeset has for keys, and its code of each.");
            Switch(code, "Names", "(string Name, uint Code)[]", tables, "names", static row => $"(\"{row.Left}\", {row.Right})");
        });
        return code.ToString();
    }

    private static void Switch(
        CodeWriter code, string name, string type, Dictionary<(string Kind, string Set), List<(string Left, string Right)>> tables, string kind, Func<(string Left, string Right), string> item) =>
        code.Block($"public static {type} {name}(string set) => set switch", () =>
        {
            foreach (var table in tables.Where(table => table.Key.Kind == kind))
            {
                code.Line($"\"{table.Key.Set}\" => [{string.Join(", ", table.Value.Select(item))}],");
            }

            code.Line("_ => [],");
        }, "};");
}
