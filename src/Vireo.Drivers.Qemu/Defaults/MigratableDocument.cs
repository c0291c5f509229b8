using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Snapshots;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>The form of a document that older versions of libvirt can read, too (VIR_DOMAIN_XML_MIGRATABLE).</summary>
internal static class MigratableDocument
{
    /// <summary>Leaves out what every machine has and those versions do not expect to be told, and puts the controllers in order.</summary>
    public static DomainConfig Of(DomainConfig config)
    {
        config = WithoutRun(config);
        var draft = new DeviceDraft(config.Devices);
        var machine = MachineKind.Of(config.Os.Type!);
        ImpliedControllers.Sort(draft, machine);
        CharacterDeviceDefaults.RequireUnique(draft.Serials);
        if (machine.IsI440fx)
        {
            RemoveOnly(draft, ControllerType.Usb, "piix3-uhci");
        }

        RemoveOnly(draft, ControllerType.Pci, "pci-root");
        DeviceDraft.Each(draft.Controllers, controller => controller is { Type: ControllerType.Pci, Model: "pci-root" } ? controller with { ModelName = null } : controller);
        DeviceDraft.Each(draft.Serials, serial => serial.Target is { Type: CharTargetType.SpaprVioSerial or CharTargetType.SystemSerial } target
            ? serial with { Target = target with { Type = null, Model = null } }
            : serial);

        if (draft.Panics is [{ Address: null } panic] && panic.Model == machine.Panic)
        {
            draft.Panics.Clear();
        }

        draft.Inputs.RemoveAll(n => n is { Type: InputType.Keyboard, Bus: InputBus.Ps2 });
        if (draft.Audios is [var audio] && audio == DisplayDefaults.ImpliedAudio(draft))
        {
            draft.Audios.Clear();
        }

        for (var i = 1; i < draft.Consoles.Count; i++)
        {
            draft.Consoles[i] = draft.Consoles[i] with { Target = draft.Consoles[i].Target! with { Port = i } };
        }

        // Attributes say it already.
        DeviceDraft.Each(draft.Graphics, g => g switch
        {
            { Type: GraphicsType.Vnc, Listens: [{ Type: GraphicsListenType.Socket, Socket: not null }, ..] } => g with { Listens = [] },
            { Type: GraphicsType.Spice, Listens: [{ Type: GraphicsListenType.None }, ..] } => g with { Autoport = false, Listens = [] },
            _ => g,
        });
        return config with { Devices = draft.ToConfig() };
    }

    /// <summary>The form of a running domain's document: what was asked for, where the run shows what was made of it.</summary>
    /// <param name="live">What the run shows.</param>
    /// <param name="asked">What the next start takes: where a display listens that was not told to is no part of it.</param>
    /// <param name="process">The run.</param>
    public static DomainConfig OfRun(DomainConfig live, DomainConfig asked, QemuProcess process)
    {
        var displays = live.Devices.Graphics.Count == asked.Devices.Graphics.Count
            ? [.. live.Devices.Graphics.Zip(asked.Devices.Graphics, static (shown, told) => shown.Type == told.Type && told.ListenAddress is null ? shown with { ListenAddress = null, Listens = told.Listens } : shown)]
            : live.Devices.Graphics;
        return Of(SavedDocument.Inactive(live with { Id = null, Cpu = process.AskedCpu ?? live.Cpu, Devices = live.Devices with { Graphics = displays } }));
    }

    // What is true of a run is left out, as when the document is defined again.
    private static DomainConfig WithoutRun(DomainConfig config)
    {
        var draft = new DeviceDraft(DeviceDefaults.Apply(config.Devices, userAliases: true));
        DiskDefaults.Apply(draft);
        DiskDriverDefaults.Apply(draft);
        DeviceDraft.Each(draft.Interfaces, NetworkCardDefaults.WithoutRun);
        DeviceDraft.Each(draft.Graphics, g => g.Autoport == true ? g with { Port = g.Type == GraphicsType.Vnc ? -1 : null, TlsPort = null } : g);
        foreach (var devices in (List<CharDevice>[])[draft.Serials, draft.Parallels, draft.Consoles, draft.Channels])
        {
            DeviceDraft.Each(devices, d => d.Type == CharType.Pty ? d with { Tty = null, Sources = [] } : d);
        }

        DeviceDraft.Each(draft.Inputs, input => input.Bus is null && input.Type != InputType.Evdev ? input with { Bus = InputBus.Ps2 } : input);
        DeviceDraft.Each(draft.Channels, CharacterDeviceDefaults.WithoutRun);
        return config with { Devices = draft.ToConfig() };
    }

    private static void RemoveOnly(DeviceDraft draft, ControllerType type, string model)
    {
        var all = draft.Controllers.Where(c => c.Type == type).ToList();
        if (all is [{ Index: 0, PciHole64: null, Alias: null } only] && only.Model == model)
        {
            draft.Controllers.Remove(only);
        }
    }
}
