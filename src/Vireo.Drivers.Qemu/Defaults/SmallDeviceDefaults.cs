using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Input devices, balloon and other devices with little to say.</summary>
internal static class SmallDeviceDefaults
{
    private const ulong DefaultShmemMiB = 4;

    /// <summary>Fills in models, buses and hardware addresses, and adds the board's keyboard and mouse and the balloon.</summary>
    public static void Apply(DeviceDraft draft, MachineKind machine, FeaturesConfig? features)
    {
        DeviceDraft.Each(draft.Interfaces, card => InterfaceDefaults.Apply(card, machine));
        DeviceDraft.Each(draft.Inputs, input => input with
        {
            Bus = input.Bus ?? input.Type switch { InputType.Passthrough => InputBus.Virtio, InputType.Evdev => (InputBus?)null, InputType.Tablet when machine.InputBus == InputBus.Ps2 => InputBus.Usb, _ => machine.InputBus },
        });
        AddInputs(draft, machine, hasPs2: features?.Ps2?.State != false);
        DeviceDraft.Each(draft.Inputs, input => input.Bus == InputBus.None ? input with { Bus = null } : input);
        DeviceDraft.Each(draft.Hubs, hub => hub with { Type = hub.Type ?? HubType.Usb });
        DeviceDraft.Each(draft.Redirdevs, redirdev => redirdev with { Bus = redirdev.Bus ?? RedirdevBus.Usb });
        DeviceDraft.Each(draft.Watchdogs, watchdog => watchdog with { Action = watchdog.Action ?? WatchdogAction.Reset });
        DeviceDraft.Each(draft.Tpms, tpm => TpmDefaults.Apply(tpm, machine));
        DeviceDraft.Each(draft.Panics, panic => panic with { Model = panic.Model ?? machine.Panic ?? PanicModel.Isa });
        if (machine.Panic is { } panic && !draft.Panics.Exists(p => p.Model == panic))
        {
            draft.Panics.Add(new PanicConfig { Model = panic });
        }

        DeviceDraft.Each(draft.Filesystems, filesystem => filesystem with
        {
            Type = filesystem.Type ?? FilesystemType.Mount,
            Accessmode = filesystem.Accessmode ?? (filesystem.Type is null or FilesystemType.Mount && filesystem.Driver?.Type != FilesystemDriverType.Mtp && filesystem.Source?.Socket is null ? FilesystemAccess.Passthrough : null),
        });
        DeviceDraft.Each(draft.Rngs, rng => rng.Backend is { Model: RngBackendModel.Random } backend ? rng with { Backend = backend with { Path = backend.Path is { Length: > 0 } path ? path : "/dev/random" } } : rng);
        DeviceDraft.Each(draft.Memories, memory => memory.Model == MemoryModel.VirtioPmem ? memory with { Access = memory.Access ?? MemoryAccess.Shared } : memory);
        DeviceDraft.Each(draft.Shmems, Shmem);
        draft.Vsock = draft.Vsock is { } vsock ? vsock with { Model = vsock.Model ?? VirtioModel.Virtio, Cid = Cid(vsock.Cid ?? new VsockCid()) } : null;
        draft.Memballoon ??= machine.HasBalloon ? new MemballoonConfig { Model = MemballoonModel.Virtio } : null;
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

    private static VsockCid Cid(VsockCid cid) => cid with { Auto = cid.Auto ?? cid.Address is null };

    // A PC has a mouse and a keyboard, whatever else there is, unless it is to have no place for them; other machines get them with a display.
    private static void AddInputs(DeviceDraft draft, MachineKind machine, bool hasPs2)
    {
        if (machine.IsPc)
        {
            if (hasPs2)
            {
                AddInput(draft, InputType.Mouse, InputBus.Ps2);
                AddInput(draft, InputType.Keyboard, InputBus.Ps2);
            }
        }
        else if (machine.DisplayInputs is { } bus && draft.Graphics.Count > 0)
        {
            AddInput(draft, InputType.Keyboard, bus);
            AddInput(draft, InputType.Mouse, bus);
        }
    }

    private static void AddInput(DeviceDraft draft, InputType type, InputBus bus)
    {
        if (!draft.Inputs.Any(i => i.Type == type && i.Bus == bus))
        {
            draft.Inputs.Add(new InputConfig { Type = type, Bus = bus });
        }
    }
}
