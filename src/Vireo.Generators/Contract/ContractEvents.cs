using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Contract;

/// <summary>A record per domain event, with the fields its message carries.</summary>
internal sealed class ContractEvents
{
    private readonly SpecModel _model;
    private readonly SpecProgram _remote;

    public ContractEvents(SpecModel model)
    {
        _model = model;
        _remote = model.Program("remote");
    }

    /// <summary>The fields of an event's message without the callback id; a nested message of the old form is flattened. The first is the domain.</summary>
    public static List<SpecField> Fields(SpecModel model, SpecProgram remote, SpecDomainEvent e)
    {
        var procedure = remote.Procedures.First(p => p.Kind == "event" && p.Number == e.Callback);
        var fields = model.FindStruct(remote, procedure.Args!)!.Fields.Where(f => f.Name is not "callbackID");
        return fields.SelectMany(f => IsMessage(f) ? model.FindStruct(remote, f.Type.Name)!.Fields : [f]).ToList();
    }

    private static bool IsMessage(SpecField field) => field.Type.Name.EndsWith("_msg", System.StringComparison.Ordinal);

    public static string Name(SpecDomainEvent e) => "Domain" + SpecNames.Pascal(e.Name.Replace("VIR_DOMAIN_EVENT_ID_", "")) + "Event";

    public string Emit()
    {
        var types = new SpecTypes(_model, _remote);
        var code = new CodeWriter("Vireo.Drivers");
        foreach (var e in _model.DomainEvents.Where(e => e.Callback is not null))
        {
            var fields = Fields(_model, _remote, e).Where(f => f.Name != "dom").ToList();
            code.Doc($"{e.Name} ({e.Id}).").Line("/// <param name=\"Domain\">The domain it happened to.</param>");
            foreach (var f in fields)
            {
                code.Line($"/// <param name=\"{SpecNames.Property(f.Name)}\">Field {f.Name}.</param>");
            }

            var parameters = string.Concat(fields.Select(f => $", {types.CSharp(f.Type)} {SpecNames.Property(f.Name)}"));
            code.Line($"public sealed record {Name(e)}(DomainRef Domain{parameters}) : DomainEvent(Domain)");
            code.Line("{").Line("    /// <inheritdoc/>").Line($"    public override int EventId => {e.Id};").Line("}").Line();
        }

        return code.ToString();
    }
}
