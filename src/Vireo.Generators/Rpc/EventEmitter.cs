using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Contract;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Rpc;

/// <summary>Emits domain events to and from their messages, in the form with a callback id and in the old one without.</summary>
internal static class EventEmitter
{
    public static string Emit(SpecModel model, Dictionary<string, WireStruct> structs)
    {
        var remote = model.Program("remote");
        var events = model.DomainEvents.Where(e => e.Callback is not null).ToList();
        var code = new CodeWriter("Vireo.Rpc");
        code.Line("using Vireo.Drivers;").Line("using Vireo.Rpc.Xdr;").Line();
        code.Block("internal static class DomainEventCodec", () =>
        {
            Numbers(code, events);
            Write(code, model, structs, remote, events);
            Read(code, model, structs, remote, events);
        });
        return code.ToString();
    }

    private static void Numbers(CodeWriter code, List<SpecDomainEvent> events)
    {
        code.Doc("The number of kinds of event.");
        code.Line($"public const int Kinds = {events.Max(e => e.Id) + 1};").Line();
        code.Doc("The message that carries a kind of event to who registered by callback; 0 when there is none.");
        code.Line($"public static int CallbackProcedure(int eventId) => eventId switch {{ {string.Join(", ", events.Select(e => $"{e.Id} => {e.Callback}"))}, _ => 0 }};").Line();
        code.Doc("The message that carries it to who registered in the old way; 0 when there is none.");
        code.Line($"public static int LegacyProcedure(int eventId) => eventId switch {{ {string.Join(", ", events.Where(e => e.Legacy is not null).Select(e => $"{e.Id} => {e.Legacy}"))}, _ => 0 }};").Line();
    }

    private static void Write(CodeWriter code, SpecModel model, Dictionary<string, WireStruct> structs, SpecProgram remote, List<SpecDomainEvent> events)
    {
        code.Block("public static void Write(ref XdrWriter writer, DomainEvent happened, int? callbackId)", () =>
        {
            code.Block("switch (happened)", () =>
            {
                foreach (var e in events)
                {
                    code.Line($"case {ContractEvents.Name(e)} e when callbackId is {{ }} id:");
                    code.Line($"    Codec.Write{Message(structs, remote, e.Callback).Method}(ref writer, {Values(Message(structs, remote, e.Callback))});").Line("    break;");
                    if (e.Legacy is not null)
                    {
                        code.Line($"case {ContractEvents.Name(e)} e:");
                        code.Line($"    Codec.Write{Message(structs, remote, e.Legacy).Method}(ref writer, {Values(Message(structs, remote, e.Legacy))});").Line("    break;");
                    }
                }

                code.Line("default: throw new global::System.ArgumentException($\"no message carries {happened.GetType().Name}\");");
            });
        }).Line();
    }

    private static void Read(CodeWriter code, SpecModel model, Dictionary<string, WireStruct> structs, SpecProgram remote, List<SpecDomainEvent> events)
    {
        code.Block("public static DomainEvent? Read(int procedure, ref XdrReader reader, out int? callbackId)", () =>
        {
            code.Line("callbackId = null;");
            code.Block("switch (procedure)", () =>
            {
                foreach (var (e, number) in events.SelectMany(e => new[] { (e, e.Callback), (e, e.Legacy) }).Where(p => p.Item2 is not null))
                {
                    var message = Message(structs, remote, number);
                    code.Block($"case {number}:", () =>
                    {
                        var names = message.Fields.Select(f => SpecNames.Parameter(f.Name)).ToList();
                        code.Line($"Codec.Read{message.Method}(ref reader, {string.Join(", ", names.Select(n => "out var " + n))});");
                        if (names.Contains("callbackID"))
                        {
                            code.Line("callbackId = callbackID;");
                        }

                        var given = ContractEvents.Fields(model, remote, e).Where(f => f.Name != "dom").Select(f => names.Contains(SpecNames.Parameter(f.Name)) ? SpecNames.Parameter(f.Name) : "default");
                        code.Line($"return new {ContractEvents.Name(e)}({string.Join(", ", new[] { "dom" }.Concat(given))});");
                    });
                }

                code.Line("default: return null;");
            });
        });
    }

    private static WireStruct Message(Dictionary<string, WireStruct> structs, SpecProgram remote, int? number) =>
        structs[remote.Procedures.First(p => p.Kind == "event" && p.Number == number).Args!];

    private static string Values(WireStruct message) =>
        string.Join(", ", message.Fields.Select(f => f.Name == "callbackID" ? "id" : f.Name == "dom" ? "e.Domain" : "e." + SpecNames.Property(f.Name)));
}
