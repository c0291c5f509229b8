using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Cpu;

/// <summary>Turns <c>spec/cpu/*.spec</c> into tables of CPU models, for projects that generate <c>cpu</c>.</summary>
[Generator]
public sealed class CpuGenerator : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor s_broken =
        new("VIREOCPU1", "CPU spec cannot be read", "{0}: {1}", "Vireo", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = SpecSource.Files(context, path => path.Contains("/spec/cpu/"));
        context.RegisterSourceOutput(SpecSource.Wanted(context, "cpu").Combine(files), (output, pair) =>
        {
            if (!pair.Left)
            {
                return;
            }

            foreach (var (path, text) in pair.Right)
            {
                try
                {
                    if (Path.GetFileName(path) == "x86.spec")
                    {
                        output.AddSource("X86Facts.g.cs", EmitX86(CpuSpec.Parse(text)));
                    }
                    else if (Path.GetFileName(path) == "ppc64.spec")
                    {
                        output.AddSource("Ppc64Table.g.cs", EmitPpc64(text));
                    }
                }
                catch (FormatException e)
                {
                    output.ReportDiagnostic(Diagnostic.Create(s_broken, Location.None, path, e.Message));
                }
            }
        });
    }

    private static string EmitX86(CpuSpec spec)
    {
        if (spec.Features.Count > 256)
        {
            throw new FormatException("a set of features has room for 256");
        }

        var code = new CodeWriter("Vireo.Cpu.X86");
        code.Block("internal static class X86Facts", () =>
        {
            code.Doc("Who makes CPUs.");
            Array(code, "X86Vendor", "Vendors", spec.Vendors.Select(vendor => $"new({Text(vendor.Name)}, {Text(vendor.Signature)})"));
            code.Doc("The features, in their order.");
            Array(code, "X86Feature", "Features", spec.Features.Select((feature, number) =>
                $"new({number}, {Text(feature.Name)}, {feature.Place}, {feature.Bit}, {(feature.QemuName is { } name ? Text(name) : "null")}, [{string.Join(", ", feature.OldNames.Select(Text))}], {Bool(!feature.Stays)})"));
            code.Doc("The models, in their order.");
            Array(code, "X86Model", "Models", spec.Models.Select(model =>
                $"new({Text(model.Name)}, {(model.Vendor is { } vendor ? Text(vendor) : "null")}, {Bool(model.Host)}, {Bool(model.Guest)}, [{string.Join(", ", model.Signatures.Select(Signature))}], {Set(model.Features)}, {Set(model.Lost)})"));
        });
        return code.ToString();
    }

    private static string EmitPpc64(string text)
    {
        var code = new CodeWriter("Vireo.Cpu");
        code.Block("internal static class Ppc64Table", () =>
        {
            code.Doc("The models, in their order.");
            Array(code, "(string Name, string Vendor)", "Models", text.Split('\n').Where(line => line.Length > 0 && line[0] != '#')
                .Select(line => line.Split(' ')).Select(words => words.Length == 2 ? $"({Text(words[1])}, {Text(words[0])})" : throw new FormatException("VENDOR MODEL expected")));
        });
        return code.ToString();
    }

    private static void Array(CodeWriter code, string type, string name, IEnumerable<string> items) =>
        code.Block($"public static readonly {type}[] {name} =", () =>
        {
            foreach (var item in items)
            {
                code.Line(item + ",");
            }
        }, "};");

    private static string Signature(string text)
    {
        var words = text.Split('/');
        var steppings = words.Length > 2 ? words[2].Split('-') : ["0", "15"];
        return $"new({words[0]}, {words[1]}, {steppings[0]}, {steppings.Last()})";
    }

    private static string Set(IEnumerable<int> features)
    {
        var words = new ulong[4];
        foreach (var number in features)
        {
            words[number / 64] |= 1UL << (number % 64);
        }

        return $"new({string.Join(", ", words.Select(word => $"0x{word:x}"))})";
    }

    private static string Text(string value) => "\"" + value + "\"";

    private static string Bool(bool value) => value ? "true" : "false";
}
