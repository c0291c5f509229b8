using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Input devices, balloon and other devices with little to say.</summary>
internal static class SmallDeviceDefaults
{
    /// <summary>Fills in models, buses and hardware addresses, and adds the board's keyboard and mouse and the balloon.</summary>
    public static void Apply(DeviceDraft draft)
    {
        DeviceDraft.Each(draft.Interfaces, InterfaceDefaults.Apply);
        DeviceDraft.Each(draft.Inputs, input => input with
        {
            Bus = input.Bus ?? input.Type switch { InputType.Tablet => InputBus.Usb, InputType.Passthrough => InputBus.Virtio, InputType.Evdev => (InputBus?)null, _ => InputBus.Ps2 },
        });
        AddInput(draft, InputType.Mouse);
        AddInput(draft, InputType.Keyboard);
        DeviceDraft.Each(draft.Hubs, hub => hub with { Type = hub.Type ?? HubType.Usb });
        DeviceDraft.Each(draft.Redirdevs, redirdev => redirdev with { Bus = redirdev.Bus ?? RedirdevBus.Usb });
        DeviceDraft.Each(draft.Watchdogs, watchdog => watchdog with { Action = watchdog.Action ?? WatchdogAction.Reset });
        DeviceDraft.Each(draft.Tpms, TpmDefaults.Apply);
        DeviceDraft.Each(draft.Panics, panic => panic with { Model = panic.Model ?? PanicModel.Isa });
        draft.Memballoon ??= new MemballoonConfig { Model = MemballoonModel.Virtio };
    }

    private static void AddInput(DeviceDraft draft, InputType type)
    {
        if (!draft.Inputs.Any(i => i.Type == type && i.Bus == InputBus.Ps2))
        {
            draft.Inputs.Add(new InputConfig { Type = type, Bus = InputBus.Ps2 });
        }
    }
}
