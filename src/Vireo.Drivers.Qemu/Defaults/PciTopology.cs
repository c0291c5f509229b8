using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>
/// The guest's PCI buses while addresses are given out. Slots are found in libvirt's order, so that a document without addresses becomes the
/// same machine under either: first a trial that counts the buses that are needed, then the controllers, then the devices.
/// </summary>
internal sealed class PciTopology
{
    // 256 bus numbers is all that PCI has.
    private const int MaxBuses = 256;

    private readonly List<PciBus?> _buses;

    private readonly bool _hostBridges;

    private PciTopology(List<PciBus?> buses, bool hostBridges) => (_buses, _hostBridges) = (buses, hostBridges);

    /// <summary>A machine with these controllers.</summary>
    /// <param name="root">pci-root or pcie-root.</param>
    /// <param name="hostBridges">Whether further roots are made when there is no slot left, and not bridges.</param>
    public PciTopology(string root, bool hostBridges = false)
        : this([new PciBus(root)], hostBridges)
    {
    }

    /// <summary>Whether bridges come when no bus has room; those of a running guest do not.</summary>
    public bool MayGrow { get; init; } = true;

    /// <summary>Whether the machine is a PCI Express one.</summary>
    public bool IsExpress => _buses[0]!.Model == "pcie-root";

    /// <summary>How many buses there are.</summary>
    public int Count => _buses.Count;

    /// <summary>The model of a bus's controller; null when there is none.</summary>
    public string? ModelOf(int bus) => _buses[bus]?.Model;

    /// <summary>Adds a controller's bus.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the index is not one of the 256.</exception>
    public void Add(uint index, string model)
    {
        CheckIndex(index);
        while (_buses.Count <= index)
        {
            _buses.Add(null);
        }

        _buses[(int)index] = new PciBus(model);
    }

    /// <summary>Fills every index below the last with a bridge, so that addresses in the document find their bus.</summary>
    public void Fill(uint last)
    {
        CheckIndex(last);
        while (_buses.Count <= last)
        {
            _buses.Add(null);
        }

        for (var i = 0; i < _buses.Count; i++)
        {
            _buses[i] ??= new PciBus(IsExpress ? "pcie-root-port" : _hostBridges ? "pci-root" : "pci-bridge");
        }
    }

    /// <summary>Takes an address that the document gives.</summary>
    /// <param name="at">The address.</param>
    /// <param name="device">Who wants it, for messages.</param>
    /// <param name="connection">What it needs of its bus. Root ports may be joined by others in their slot.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: the bus or the slot does not exist, or is taken.</exception>
    public void Take(PciSlot at, string device, PciConnection connection = PciConnection.Conventional)
    {
        if (at.Bus >= _buses.Count || _buses[(int)at.Bus] is not { } bus)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"Invalid PCI address {at} for {device}. No PCI controller has index {at.Bus}");
        }

        if (!bus.AcceptsGiven(connection))
        {
            throw new VireoException(
                ErrorCode.XmlError,
                ErrorDomain.Domain,
                $"The device at PCI address {at} cannot be plugged into the PCI controller with index='{at.Bus}'. It requires a controller that accepts a {NameOf(connection)}.");
        }

        if (at.Slot > 31 || at.Function > 7 || !bus.Has(at.Slot))
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"Invalid PCI address {at} for {device}. The {bus.Model} with index {at.Bus} has no such slot");
        }

        if (!bus.TryTake(at.Slot, at.Function))
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"Attempted double use of PCI Address {at}");
        }

        if (connection == PciConnection.RootPort)
        {
            bus.Share(at.Slot);
        }
    }

    /// <summary>Whether no bus has an empty slot.</summary>
    public bool IsFull => _buses.TrueForAll(b => b is null || b.IsFull);

    /// <summary>Whether a slot of the root bus is empty.</summary>
    public bool RootSlotIsFree(uint slot) => _buses[0]!.IsFree(slot);

    /// <summary>Takes a slot of the root bus that belongs to the chipset, whatever is in it.</summary>
    public void TakeChipset(uint slot) => _buses[0]!.TryTakeSlot(slot);

    /// <summary>Whether functions other than 0 of the slot are used, so that function 0 must say so.</summary>
    public bool IsMultifunction(PciSlot at) => _buses[(int)at.Bus]!.IsMultifunction(at.Slot);

    /// <summary>Finds a place for a device, with new bridges when no bus has room.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the buses are full.</exception>
    public PciSlot Place(PciConnection connection)
    {
        if (TryPlace(connection) is { } found)
        {
            return found;
        }

        if (!MayGrow)
        {
            throw Full();
        }

        Grow(connection);
        return TryPlace(connection) ?? throw Full();
    }

    /// <summary>A copy for a trial.</summary>
    public PciTopology Clone() => new([.. _buses.Select(b => b?.Clone())], _hostBridges);

    /// <summary>Whether a PCI Express slot is empty.</summary>
    public bool HasFreeExpressSlot() => _buses.Any(b => b is { Model: "pcie-root-port" or "pcie-switch-downstream-port" } && b.IsFree(0));

    /// <summary>Puts what was just placed at another function of its slot.</summary>
    public PciSlot Move(PciSlot at, uint function)
    {
        var bus = _buses[(int)at.Bus]!;
        bus.Free(at.Slot, at.Function);
        bus.TryTake(at.Slot, function);
        return at with { Function = function };
    }

    /// <summary>Adds a root port that is used for nothing yet, so that something can be plugged in later.</summary>
    public void AddSpare() => Append("pcie-root-port");

    private static string NameOf(PciConnection connection) => connection switch
    {
        PciConnection.RootPort => "pcie-root-port",
        PciConnection.DmiToPciBridge => "dmi-to-pci-bridge",
        PciConnection.SwitchUpstream => "pcie-switch-upstream-port",
        PciConnection.SwitchDownstream => "pcie-switch-downstream-port",
        _ => "pci-expander-bus",
    };

    private static VireoException Full() => VireoException.Internal(ErrorDomain.Domain, "No more available PCI slots");

    private static void CheckIndex(uint index)
    {
        if (index >= MaxBuses)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"PCI controller index '{index}' exceeds the limit of {MaxBuses - 1}");
        }
    }

    private PciSlot? TryPlace(PciConnection connection)
    {
        for (var i = 0; i < _buses.Count; i++)
        {
            if (_buses[i] is { } bus && bus.Accepts(connection) && bus.TakeNext(connection == PciConnection.RootPort) is { } place)
            {
                return new PciSlot((uint)i, place.Slot, place.Function);
            }
        }

        return null;
    }

    private void Grow(PciConnection connection)
    {
        switch (connection)
        {
            case PciConnection.Express or PciConnection.ExpressToPciBridge or PciConnection.SwitchUpstream when IsExpress:
                Append("pcie-root-port");
                break;
            case PciConnection.Conventional or PciConnection.PciBridge when IsExpress:
                if (!HasFreeExpressSlot())
                {
                    Append("pcie-root-port");
                }

                Append("pcie-to-pci-bridge");

                // The bridge will stand in one of the ports; until addresses are given out in earnest it is enough that one is gone.
                TryPlace(PciConnection.ExpressToPciBridge);
                break;
            case PciConnection.Conventional or PciConnection.PciBridge when _hostBridges:
                Append("pci-root");
                break;
            case PciConnection.Conventional:
                TryPlace(PciConnection.PciBridge);
                Append("pci-bridge");
                break;
            default:
                throw Full();
        }
    }

    private void Append(string model)
    {
        CheckIndex((uint)_buses.Count);
        _buses.Add(new PciBus(model));
    }
}
