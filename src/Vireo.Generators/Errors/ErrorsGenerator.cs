using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Errors;

/// <summary>Emits <c>ErrorCode</c>, <c>ErrorDomain</c> and the message forms.</summary>
[Generator]
public sealed class ErrorsGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context) => SpecSource.Register(context, "errors", Emit);

    private static IEnumerable<(string, string)> Emit(SpecModel model)
    {
        var codes = new CodeWriter("Vireo");
        codes.Doc("What went wrong (virErrorNumber).").Block("public enum ErrorCode", () =>
        {
            foreach (var e in model.Errors)
            {
                codes.Doc(e.Without is null ? e.CName : $"{e.CName}: {e.Without}").Line($"{e.Name} = {e.Code},");
            }
        });
        codes.Doc("Which part of the system reports an error (virErrorDomain).").Block("public enum ErrorDomain", () =>
        {
            foreach (var (value, cName, name, display) in model.ErrorDomains)
            {
                codes.Doc(display.Length == 0 ? cName : $"{cName}: {display}").Line($"{name} = {value},");
            }
        });
        yield return ("ErrorCode.g.cs", codes.ToString());

        var forms = new CodeWriter("Vireo");
        forms.Doc("libvirt's message forms of each error code.").Block("public static class ErrorForms", () =>
        {
            forms.Doc("The form of a code: with one %s when there is a detail.").Line("/// <returns>Null for a code without a message.</returns>");
            forms.Block("public static string? Form(ErrorCode code, bool withDetail) => code switch", () =>
            {
                foreach (var e in model.Errors)
                {
                    if (e.Without is not null && e.With is not null)
                    {
                        forms.Line($"ErrorCode.{e.Name} => withDetail ? {Literal(e.With)} : {Literal(e.Without)},");
                    }
                }

                forms.Line("_ => null,");
            }, "};");
            forms.Doc("The finished message of a code.").Block("public static string Message(ErrorCode code, string? detail)", () =>
            {
                forms.Line("var form = Form(code, detail is not null) ?? \"%s\";");
                forms.Line("return form.Replace(\"%s\", detail ?? \"\", global::System.StringComparison.Ordinal);");
            });
        });
        yield return ("ErrorForms.g.cs", forms.ToString());
    }

    private static string Literal(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
