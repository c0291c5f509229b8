using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Host.Files;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>What connects one network card with the host: its tap, or what stands for one, and the descriptors by which the kernel serves it beside QEMU.</summary>
/// <param name="Name">The device on the host; null when there is none.</param>
/// <param name="Queues">The guest's end.</param>
/// <param name="Accelerators">One for each queue, or none.</param>
internal sealed record GuestTap(string? Name, IReadOnlyList<SafeHandle> Queues, IReadOnlyList<SafeFileHandle> Accelerators) : IDisposable
{
    /// <summary>The other end of what stands for a tap, for the program that serves it; null when there is none.</summary>
    public Socket? Server { get; init; }

    private const string VhostControl = "/dev/vhost-net";
    private const int LongestName = 15;
    private const int OutOfRange = 34;

    /// <summary>Makes a card's tap, or takes the one made beforehand, and connects it.</summary>
    /// <param name="card">The card.</param>
    /// <param name="type">What runs the domain.</param>
    /// <param name="names">Names for taps that have none.</param>
    /// <exception cref="VireoException">VIR_ERR_NO_NETWORK, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_OPERATION_INVALID, VIR_ERR_INTERNAL_ERROR, VIR_ERR_SYSTEM_ERROR.</exception>
    public static GuestTap Connect(InterfaceConfig card, DomainType? type, TapNames names)
    {
        Check(card);
        var tap = Open(card, names);
        try
        {
            if (card.Target?.Managed != false)
            {
                Connect(tap.Device, card);
            }

            return new GuestTap(tap.Device.Name, tap.Handles, Accelerate(card, type, tap.Handles.Count));
        }
        catch
        {
            tap.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Server?.Dispose();
        foreach (var queue in Queues)
        {
            queue.Dispose();
        }

        foreach (var accelerator in Accelerators)
        {
            accelerator.Dispose();
        }
    }

    private static void Check(InterfaceConfig card)
    {
        if (card.Type == InterfaceType.Network)
        {
            throw new VireoException(ErrorCode.NoNetwork, ErrorDomain.Network, $"no network with matching name '{card.Source?.Network}'");
        }

        if (card.Type != InterfaceType.Ethernet && (card.Script ?? card.Downscript) is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"scripts are not supported on interfaces of type {card.Type?.ToXmlName()}");
        }

        if (card.Target?.Dev is { } name && Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            throw VireoException.System(ErrorDomain.Qemu, OutOfRange, $"Network interface name '{name}' is too long: Numerical result out of range");
        }
    }

    private static TapDevice Open(InterfaceConfig card, TapNames names)
    {
        var made = card.Target?.Managed == false;
        var wanted = card.Target?.Dev;
        if (made)
        {
            Existing(wanted);
        }
        else if (wanted is null || wanted.Contains("%d", StringComparison.Ordinal))
        {
            wanted = names.Next(wanted);
        }
        else if (new NetworkDevice(wanted).Exists)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"The {wanted} interface already exists");
        }

        return TapDevice.Create(wanted!, QueuesOf(card), IsVirtio(card), card.Backend?.Tap ?? TapDevice.DefaultControl);
    }

    private static void Existing(string? name)
    {
        if (name is null)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, "target dev must be supplied when managed='no'");
        }

        if (!new NetworkDevice(name).IsTap)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, "target managed='no' but specified dev doesn't exist");
        }
    }

    // The host's end must not look like the guest's, and its address must be high, so that a bridge does not take it for its own.
    private static void Connect(NetworkDevice device, InterfaceConfig card)
    {
        var address = Convert.FromHexString(card.Mac!.Address!.Replace(":", "", StringComparison.Ordinal));
        address[0] = (byte)(address[0] == 0xfe ? 0xfa : 0xfe);
        device.SetAddress(address);
        if (card.Type == InterfaceType.Bridge)
        {
            var bridge = card.Source!.Bridge!;
            var usual = new NetworkDevice(bridge).ReadLongestPacket();
            device.SetLongestPacket(card.Mtu is { } wanted ? (int)wanted : usual);
            if (!SwitchPorts.Has(card))
            {
                device.AttachTo(bridge);
            }

            if (card.PortIsolated == true)
            {
                device.SetIsolated();
            }
        }
        else if (card.Mtu is { } mtu)
        {
            device.SetLongestPacket((int)mtu);
        }

        if (card.Coalesce?.Rx?.MaxFrames is { } packets)
        {
            device.SetCoalescedPackets(packets);
        }

        device.SetUp(true);
    }

    /// <summary>How many queues a card has.</summary>
    public static int QueuesOf(InterfaceConfig card) => IsVirtio(card) ? (int)Math.Max(1, card.Driver?.Queues ?? 1) : 1;

    /// <summary>Whether a card is one of virtio's.</summary>
    public static bool IsVirtio(InterfaceConfig card) => card.Model?.StartsWith("virtio", StringComparison.Ordinal) == true;

    /// <summary>Opens what the kernel serves a card by beside QEMU.</summary>
    /// <param name="card">The card.</param>
    /// <param name="type">What runs the domain.</param>
    /// <param name="queues">How many queues it has.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: it has to be, and cannot.</exception>
    public static List<SafeFileHandle> Accelerate(InterfaceConfig card, DomainType? type, int queues)
    {
        var handles = new List<SafeFileHandle>();
        if (type != DomainType.Kvm || !IsVirtio(card) || card.Driver?.Name == InterfaceDriverName.Qemu)
        {
            return handles;
        }

        var control = card.Backend?.Vhost ?? VhostControl;
        if (!File.Exists(control))
        {
            return card.Driver?.Name == InterfaceDriverName.Vhost
                ? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "vhost-net was requested for an interface, but is unavailable")
                : handles;
        }

        try
        {
            while (handles.Count < queues)
            {
                handles.Add(HostFile.OpenExisting(control, write: true));
            }

            return handles;
        }
        catch
        {
            handles.ForEach(handle => handle.Dispose());
            throw;
        }
    }
}
