using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Contract;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>Domain events to and from their messages. A nested message lies flat on the wire, so its fields are written one after the other.</summary>
internal sealed class EventEmitter
{
    private readonly SpecModel _model;
    private readonly SpecProgram _remote;
    private readonly CodecEmitter _codec;

    public EventEmitter(SpecModel model, ISet<string> contract)
    {
        _model = model;
        _remote = model.Program("remote");
        _codec = new CodecEmitter(model, _remote, contract);
    }

    public string Emit()
    {
        var events = _model.DomainEvents.Where(e => e.Callback is not null).ToList();
        var code = new CodeWriter("Vireo.Rpc.Generated");
        code.Line("using Vireo.Rpc.Xdr;").Line("using Vireo.Drivers;").Line();
        code.Block("internal static partial class Codec", () =>
        {
            code.Doc("The message that carries an event: of the callback form, or the old one without a callback id; null when that form does not exist.");
            code.Block("internal static int? EventProcedure(int eventId, bool callback) => (eventId, callback) switch", () =>
            {
                foreach (var e in events)
                {
                    code.Line($"({e.Id}, true) => {e.Callback},");
                    if (e.Legacy is not null)
                    {
                        code.Line($"({e.Id}, false) => {e.Legacy},");
                    }
                }

                code.Line("_ => null,");
            }, "};").Line();
            code.Doc("Writes an event's fields; the callback id, where there is one, has been written before.");
            code.Block("internal static void WriteDomainEvent(ref XdrWriter writer, DomainEvent value, bool callback)", () => Write(code, events)).Line();
            code.Doc("Reads an event's message; null for a procedure that carries none.");
            code.Block("internal static DomainEvent? ReadDomainEvent(int procedure, ref XdrReader reader, out int? callbackId)", () => Read(code, events));
        });
        return code.ToString();
    }

    private static bool IsMessage(SpecField field) => field.Type.Name.EndsWith("_msg", System.StringComparison.Ordinal);

    private static string Value(SpecField field) => field.Name == "dom" ? "e.Domain" : "e." + SpecNames.Property(field.Name);

    private List<SpecField> Message(int procedure)
    {
        var args = _remote.Procedures.First(p => p.Kind == "event" && p.Number == procedure).Args!;
        return _model.FindStruct(_remote, args)!.Fields
            .SelectMany(f => IsMessage(f) ? _model.FindStruct(_remote, f.Type.Name)!.Fields : [f]).ToList();
    }

    private void Write(CodeWriter code, List<SpecDomainEvent> events)
    {
        code.Block("switch (value)", () =>
        {
            foreach (var e in events)
            {
                var fields = Message(e.Callback!.Value).Where(f => f.Name != "callbackID").ToList();
                var old = e.Legacy is null ? [] : Message(e.Legacy.Value).Select(f => f.Name).ToList();
                code.Line($"case {ContractEvents.Name(e)} e:");
                foreach (var f in fields)
                {
                    var only = e.Legacy is not null && !old.Contains(f.Name) ? "if (callback) " : "";
                    code.Line($"    {only}{{ {_codec.Write(f.Type, Value(f))} }}");
                }

                code.Line("    break;");
            }
        });
    }

    private void Read(CodeWriter code, List<SpecDomainEvent> events)
    {
        code.Line("callbackId = null;");
        code.Block("switch (procedure)", () =>
        {
            foreach (var e in events)
            {
                Case(code, e, e.Callback!.Value);
                if (e.Legacy is not null)
                {
                    Case(code, e, e.Legacy.Value);
                }
            }

            code.Line("default: return null;");
        });
    }

    private void Case(CodeWriter code, SpecDomainEvent e, int procedure)
    {
        code.Block($"case {procedure}:", () =>
        {
            var fields = Message(procedure);
            foreach (var f in fields)
            {
                code.Line(f.Name == "callbackID" ? "callbackId = reader.ReadInt32();" : $"var {SpecNames.Parameter(f.Name)} = {_codec.Read(f.Type)};");
            }

            var given = fields.Select(f => f.Name).ToList();
            var all = ContractEvents.Fields(_model, _remote, e).OrderBy(f => f.Name == "dom" ? 0 : 1);
            code.Line($"return new {ContractEvents.Name(e)}({string.Join(", ", all.Select(f => given.Contains(f.Name) ? SpecNames.Parameter(f.Name) : "default"))});");
        });
    }
}
