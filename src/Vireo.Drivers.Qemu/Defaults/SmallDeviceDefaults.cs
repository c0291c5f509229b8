using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Input devices, balloon and other devices with little to say.</summary>
internal static class SmallDeviceDefaults
{
    private const ulong DefaultShmemMiB = 4;

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
        DeviceDraft.Each(draft.Filesystems, filesystem => filesystem with
        {
            Type = filesystem.Type ?? FilesystemType.Mount,
            Accessmode = filesystem.Accessmode ?? (filesystem.Type is null or FilesystemType.Mount && filesystem.Driver?.Type != FilesystemDriverType.Mtp ? FilesystemAccess.Passthrough : null),
        });
        DeviceDraft.Each(draft.Rngs, rng => rng.Backend is { Model: RngBackendModel.Random } backend ? rng with { Backend = backend with { Path = backend.Path is { Length: > 0 } path ? path : "/dev/random" } } : rng);
        DeviceDraft.Each(draft.Shmems, Shmem);
        draft.Memballoon ??= new MemballoonConfig { Model = MemballoonModel.Virtio };
    }

    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    private static ShmemConfig Shmem(ShmemConfig shmem) => shmem switch
    {
        { Model: ShmemModel.IvshmemPlain, Server: null } => shmem with { Size = shmem.Size ?? DataSize.FromMiB(DefaultShmemMiB) },
        { Model: ShmemModel.IvshmemDoorbell, Server: not null } => shmem with { Msi = (shmem.Msi ?? new ShmemMsi()) with { Ioeventfd = shmem.Msi?.Ioeventfd ?? true } },
        { Model: ShmemModel.IvshmemPlain } => throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "shmem model 'ivshmem-plain' is supported only with server option disabled"),
        { Model: ShmemModel.IvshmemDoorbell } => throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "shmem model 'ivshmem-doorbell' is supported only with server option enabled"),
        _ => throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "ivshmem device is not supported with this QEMU binary"),
    };

    private static void AddInput(DeviceDraft draft, InputType type)
    {
        if (!draft.Inputs.Any(i => i.Type == type && i.Bus == InputBus.Ps2))
        {
            draft.Inputs.Add(new InputConfig { Type = type, Bus = InputBus.Ps2 });
        }
    }
}
