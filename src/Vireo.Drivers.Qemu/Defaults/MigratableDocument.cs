using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>The form of a document that older versions of libvirt can read, too (VIR_DOMAIN_XML_MIGRATABLE).</summary>
internal static class MigratableDocument
{
    /// <summary>Leaves out what every machine has and those versions do not expect to be told, and puts the controllers in order.</summary>
    public static DomainConfig Of(DomainConfig config)
    {
        var draft = new DeviceDraft(config.Devices);
        ImpliedControllers.Sort(draft);
        RemoveOnly(draft, ControllerType.Usb, "piix3-uhci");
        RemoveOnly(draft, ControllerType.Pci, "pci-root");
        draft.Inputs.RemoveAll(n => n is { Type: InputType.Keyboard, Bus: InputBus.Ps2 });
        if (draft.Audios is [var audio] && audio == DisplayDefaults.ImpliedAudio(draft))
        {
            draft.Audios.Clear();
        }

        for (var i = 1; i < draft.Consoles.Count; i++)
        {
            draft.Consoles[i] = draft.Consoles[i] with { Target = draft.Consoles[i].Target! with { Port = i } };
        }

        // The attribute says it already.
        DeviceDraft.Each(draft.Graphics, g => g is { Type: GraphicsType.Vnc, Socket: not null, Listens: [{ Type: GraphicsListenType.Socket }, ..] } ? g with { Listens = g.Listens.RemoveAt(0) } : g);
        return config with { Devices = draft.ToConfig() };
    }

    private static void RemoveOnly(DeviceDraft draft, ControllerType type, string model)
    {
        var all = draft.Controllers.Where(c => c.Type == type).ToList();
        if (all is [{ Index: 0 } only] && only.Model == model)
        {
            draft.Controllers.Remove(only);
        }
    }
}
