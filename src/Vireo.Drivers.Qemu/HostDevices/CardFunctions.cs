using System.Buffers;
using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.HostDevices;

/// <summary>
/// The addresses and VLANs of the virtual functions of network cards that guests have. A function is told of both through its card before the guest has it; what it had before lies in the run's directory, so
/// whoever clears the run away, a later daemon included, gives that back.
/// </summary>
/// <param name="host">The host's devices.</param>
internal sealed class CardFunctions(HostDeviceFacts host)
{
    private const string List = "functions";
    private const int AddressLength = 6;

    /// <summary>Refuses what no virtual function can have.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Check(InterfaceConfig card)
    {
        if (card.Vlan is { } vlan && (vlan.Trunk == true || vlan.Tags.Count != 1))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.None, "vlan trunking is not supported by SR-IOV network devices");
        }

        if (card.Virtualport is { } port)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.None, $"virtualport type {port.Type} is currently not supported on interfaces of type hostdev");
        }
    }

    /// <summary>The function that a card is.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the device is none.</exception>
    public VirtualFunction Of(string address) =>
        host.FunctionOf(address) ?? throw VireoException.ConfigUnsupported(ErrorDomain.None, "Interface type hostdev is currently supported on SR-IOV Virtual Functions only");

    /// <summary>Remembers what a function has.</summary>
    /// <param name="address">Its PCI address.</param>
    /// <param name="function">The function.</param>
    /// <param name="directory">The run's directory.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR, VIR_ERR_INTERNAL_ERROR: the kernel does not tell.</exception>
    public void Remember(string address, VirtualFunction function, string directory)
    {
        var (mac, vlan) = host.Read(function);
        new RunList(directory, List).Add(string.Create(CultureInfo.InvariantCulture, $"{address} {function.Physical} {function.Number} {Convert.ToHexString(mac)} {vlan}"));
    }

    /// <summary>Gives a function a card's address and VLAN.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the function's card refuses.</exception>
    public void Set(VirtualFunction function, InterfaceConfig card) =>
        host.Set(function, Convert.FromHexString(card.Mac!.Address!.Replace(":", "", StringComparison.Ordinal)), card.Vlan is { Tags: [{ Id: { } id }] } ? (int)id : 0);

    /// <summary>Gives functions of a run back what they had.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="addresses">Their PCI addresses; others than the run's are left alone.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: a function's card refuses.</exception>
    public void GiveBack(string directory, IReadOnlyCollection<string> addresses)
    {
        var list = new RunList(directory, List);
        foreach (var line in list.Read())
        {
            if (Parse(line) is { } had && addresses.Contains(had.Pci))
            {
                host.Set(had.Function, had.Address, had.Vlan);
                list.Remove(line);
            }
        }
    }

    private static Had? Parse(string line)
    {
        var address = new byte[AddressLength];
        return line.Split(' ') is [var pci, var physical, var digits, var mac, var tag]
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && mac.Length == 2 * AddressLength && Convert.FromHexString(mac, address, out _, out _) == OperationStatus.Done
            && int.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var vlan)
            ? new Had(pci, new VirtualFunction(physical, number), address, vlan) : null;
    }

    private sealed record Had(string Pci, VirtualFunction Function, byte[] Address, int Vlan);
}
