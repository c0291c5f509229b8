using System.Globalization;

namespace Vireo.Config.Defaults;

/// <summary>A function of a slot on a bus of the guest's PCI domain 0.</summary>
/// <param name="Bus">The bus: the index of its controller.</param>
/// <param name="Slot">0 to 31.</param>
/// <param name="Function">0 to 7.</param>
internal readonly record struct PciSlot(uint Bus, uint Slot, uint Function)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0000:{Bus:x2}:{Slot:x2}.{Function:x}");
}

/// <summary>What a device needs of the bus it is plugged into.</summary>
internal enum PciConnection
{
    /// <summary>A conventional PCI slot.</summary>
    Conventional,

    /// <summary>A PCI Express slot.</summary>
    Express,

    /// <summary>The root complex, as a root port.</summary>
    RootPort,

    /// <summary>A PCI Express slot, as the bridge to conventional PCI.</summary>
    ExpressToPciBridge,

    /// <summary>A conventional slot, as a further bridge.</summary>
    PciBridge,

    /// <summary>The root complex, as the bridge to conventional PCI of old.</summary>
    DmiToPciBridge,

    /// <summary>A PCI Express slot, as a switch's upper end.</summary>
    SwitchUpstream,

    /// <summary>A switch, as one of its lower ends.</summary>
    SwitchDownstream,

    /// <summary>The root bus, as a root bus of its own.</summary>
    Expander,
}

/// <summary>One bus and what is plugged in.</summary>
/// <param name="model">libvirt's name of the controller's model.</param>
internal sealed class PciBus(string model)
{
    private readonly byte[] _used = new byte[32];
    private readonly bool[] _shared = new bool[32];

    /// <summary>libvirt's name of the controller's model.</summary>
    public string Model { get; } = model;

    private (uint First, uint Last) Slots => Model switch
    {
        "pcie-root-port" or "pcie-switch-downstream-port" => (0, 0),
        "pcie-switch-upstream-port" or "dmi-to-pci-bridge" or "pcie-expander-bus" or "pci-expander-bus" => (0, 31),
        _ => (1, 31),
    };

    /// <summary>Whether the slot is one that the bus has and that the chipset leaves to others.</summary>
    public bool Has(uint slot) => slot >= Slots.First && slot <= Slots.Last;

    /// <summary>Whether a device of this kind may be put here without being asked for by its address.</summary>
    public bool Accepts(PciConnection connection) => Model switch
    {
        "pci-root" => connection is PciConnection.Conventional or PciConnection.PciBridge or PciConnection.Expander,
        "pci-bridge" or "pcie-to-pci-bridge" or "pci-expander-bus" => connection is PciConnection.Conventional or PciConnection.PciBridge,
        "dmi-to-pci-bridge" => connection is PciConnection.PciBridge,
        "pcie-root" => connection is PciConnection.RootPort or PciConnection.DmiToPciBridge or PciConnection.Expander,
        "pcie-root-port" or "pcie-switch-downstream-port" =>
            connection is PciConnection.Express or PciConnection.ExpressToPciBridge or PciConnection.SwitchUpstream,
        "pcie-switch-upstream-port" => connection is PciConnection.SwitchDownstream,
        "pcie-expander-bus" => connection is PciConnection.RootPort or PciConnection.DmiToPciBridge,
        _ => false,
    };

    /// <summary>Whether a device of this kind may be put here when its address asks for it: endpoints may be mixed, controllers may not.</summary>
    public bool AcceptsGiven(PciConnection connection) => Accepts(connection)
        || connection is PciConnection.Conventional or PciConnection.Express or PciConnection.PciBridge or PciConnection.ExpressToPciBridge;

    /// <summary>Takes one function; false when it is taken already.</summary>
    public bool TryTake(uint slot, uint function)
    {
        var bit = (byte)(1 << (int)function);
        if ((_used[slot] & bit) != 0)
        {
            return false;
        }

        _used[slot] |= bit;
        return true;
    }

    /// <summary>Gives a function back.</summary>
    public void Free(uint slot, uint function) => _used[slot] &= (byte)~(1 << (int)function);

    /// <summary>Takes a whole slot for the chipset; false when something is in it.</summary>
    public bool TryTakeSlot(uint slot)
    {
        var free = _used[slot] == 0;
        _used[slot] = 0xff;
        return free;
    }

    /// <summary>Whether nothing is in the slot.</summary>
    public bool IsFree(uint slot) => _used[slot] == 0;

    /// <summary>Whether anything of ours but function 0 is in the slot.</summary>
    public bool IsMultifunction(uint slot) => (_used[slot] & 0xfe) != 0;

    /// <summary>Takes the first place for a device, sharing a slot with its like when <paramref name="share"/>.</summary>
    public (uint Slot, uint Function)? TakeNext(bool share)
    {
        var (first, last) = Slots;
        for (var slot = first; slot <= last; slot++)
        {
            if (IsFree(slot))
            {
                _used[slot] |= 1;
                _shared[slot] = share;
                return (slot, 0);
            }

            for (uint function = 1; share && _shared[slot] && function < 8; function++)
            {
                if (TryTake(slot, function))
                {
                    return (slot, function);
                }
            }
        }

        return null;
    }

    /// <summary>Lets its like share the slot of a root port whose address the document gives.</summary>
    public void Share(uint slot) => _shared[slot] = true;

    /// <summary>A copy that can be filled for a trial.</summary>
    public PciBus Clone()
    {
        var copy = new PciBus(Model);
        _used.CopyTo(copy._used, 0);
        _shared.CopyTo(copy._shared, 0);
        return copy;
    }
}
