using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>The slots of memory modules.</summary>
internal static class MemorySlots
{
    /// <summary>Gives the modules that name no slot the first free ones.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR: a slot is taken, beyond the last, or none is left.</exception>
    public static DomainConfig Assign(DomainConfig config)
    {
        if (!config.Devices.Memories.Any(HasSlot))
        {
            return config;
        }

        var slots = config.MaxMemory?.Slots
            ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "cannot use/hotplug a memory device when domain 'maxMemory' is not defined");
        var taken = new HashSet<uint>();
        foreach (var slot in config.Devices.Memories.Where(HasSlot).Select(m => (m.Address as DimmAddress)?.Slot).OfType<uint>())
        {
            if (slot >= slots)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"memory device slot '{slot}' exceeds slots count '{slots}'");
            }

            if (!taken.Add(slot))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"memory device slot '{slot}' is already being used by another memory device");
            }
        }

        uint next = 0;
        return config with
        {
            Devices = config.Devices with
            {
                Memories = config.Devices.Memories.Map(module =>
                {
                    if (!HasSlot(module) || module.Address is DimmAddress { Slot: not null })
                    {
                        return module;
                    }

                    while (!taken.Add(next))
                    {
                        next++;
                    }

                    return next < slots
                        ? module with { Address = (module.Address as DimmAddress ?? new DimmAddress()) with { Slot = next } }
                        : throw VireoException.Internal(ErrorDomain.Domain, "failed to find an empty memory slot");
                }),
            },
        };
    }

    private static bool HasSlot(MemoryDevice module) => module.Model is MemoryModel.Dimm or MemoryModel.Nvdimm;
}
