using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Vireo.Generators.Spec;

/// <summary>Brings spec/ and the project's wish list (<c>VireoGenerate</c>) to a generator, and turns a broken spec into a build error.</summary>
internal static class SpecSource
{
    private static readonly DiagnosticDescriptor s_broken =
        new("VIREO001", "Broken spec", "{0}", "Vireo", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>Runs <paramref name="emit"/> once with the model when the project asks for <paramref name="word"/>.</summary>
    public static void Register(IncrementalGeneratorInitializationContext context, string word, Func<SpecModel, IEnumerable<(string File, string Code)>> emit)
    {
        var wanted = Wanted(context, word);
        var files = Files(context, path => !path.Contains("/spec/cli/") && !path.Contains("/spec/cpu/") && !path.Contains("/spec/keys/"));
        context.RegisterSourceOutput(wanted.Combine(files), (output, pair) =>
        {
            if (!pair.Left)
            {
                return;
            }

            try
            {
                foreach (var (file, code) in emit(SpecParser.Parse(pair.Right)))
                {
                    output.AddSource(file, code);
                }
            }
            catch (FormatException e)
            {
                output.ReportDiagnostic(Diagnostic.Create(s_broken, Location.None, e.Message));
            }
        });
    }

    /// <summary>Whether the project's <c>VireoGenerate</c> holds the word.</summary>
    public static IncrementalValueProvider<bool> Wanted(IncrementalGeneratorInitializationContext context, string word) =>
        context.AnalyzerConfigOptionsProvider.Select((options, _) =>
            options.GlobalOptions.TryGetValue("build_property.VireoGenerate", out var words) && words.Split(',').Contains(word));

    /// <summary>The texts of the spec files whose path passes <paramref name="select"/>.</summary>
    public static IncrementalValueProvider<ImmutableArray<(string Path, string Text)>> Files(IncrementalGeneratorInitializationContext context, Func<string, bool> select) =>
        context.AdditionalTextsProvider
            .Where(t => t.Path.EndsWith(".spec", StringComparison.Ordinal) && select(t.Path.Replace(Path.DirectorySeparatorChar, '/')))
            .Select((t, ct) => (t.Path, t.GetText(ct)?.ToString() ?? ""))
            .Collect();
}
