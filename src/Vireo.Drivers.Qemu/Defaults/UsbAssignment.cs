using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Gives USB devices their ports.</summary>
internal static class UsbAssignment
{
    /// <summary>Hubs first, then the other devices; a port of a hub is preferred to none, the controller's own to the hub's once those run out.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: there is no controller, or no port is free.</exception>
    public static void Apply(DeviceDraft draft)
    {
        var usb = draft.Controllers.Where(c => c.Type == ControllerType.Usb && c.Model != "none").ToList();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var ports = new List<string>();
        foreach (var address in Addresses(draft).OfType<UsbAddress>().Where(a => a.Port is not null))
        {
            taken.Add(Key(address.Bus ?? 0, address.Port!));
        }

        foreach (var controller in usb)
        {
            var count = controller.Model switch { "qemu-xhci" or "nec-xhci" => controller.Ports ?? 4, "ich9-ehci1" or "ehci" => 6, _ => 2 };
            for (var port = 1; port <= Math.Clamp(count, 1, 15); port++)
            {
                ports.Add(Key((uint)controller.Index!.Value, port.ToString(CultureInfo.InvariantCulture)));
            }
        }

        DeviceDraft.Each(draft.Hubs, hub => hub.Address is not null ? hub : hub with { Address = Next(ports, taken, true) });
        DeviceDraft.Each(draft.Disks, disk => disk.Address is null && disk.Target!.Bus == DiskBus.Usb ? disk with { Address = Next(ports, taken) } : disk);
        DeviceDraft.Each(draft.Inputs, input => input.Address is null && input.Bus == InputBus.Usb ? input with { Address = Next(ports, taken) } : input);
        DeviceDraft.Each(draft.Sounds, sound => sound.Address is null && sound.Model == SoundModel.Usb ? sound with { Address = Next(ports, taken) } : sound);
        DeviceDraft.Each(draft.Redirdevs, redirdev => redirdev.Address is null && redirdev.Bus == RedirdevBus.Usb ? redirdev with { Address = Next(ports, taken) } : redirdev);
        DeviceDraft.Each(draft.Serials, serial => serial.Address is null && serial.Target!.Type == CharTargetType.UsbSerial ? serial with { Address = Next(ports, taken) } : serial);
    }

    private static IEnumerable<DeviceAddress?> Addresses(DeviceDraft draft) =>
        [.. draft.Hubs.Select(h => h.Address), .. draft.Disks.Select(d => d.Address), .. draft.Inputs.Select(i => i.Address), .. draft.Sounds.Select(s => s.Address),
            .. draft.Redirdevs.Select(r => r.Address), .. draft.Serials.Select(s => s.Address), .. draft.Hostdevs.Select(h => h.Address)];

    private static string Key(uint bus, string port) => string.Create(CultureInfo.InvariantCulture, $"{bus}/{port}");

    private static UsbAddress Next(List<string> ports, HashSet<string> taken, bool hub = false)
    {
        foreach (var key in ports)
        {
            if (taken.Add(key))
            {
                var slash = key.IndexOf('/', StringComparison.Ordinal);
                var port = key[(slash + 1)..];
                if (hub)
                {
                    // A hub has eight ports of its own; devices go there before the controller's next.
                    ports.InsertRange(ports.IndexOf(key) + 1, Enumerable.Range(1, 8).Select(n => string.Create(CultureInfo.InvariantCulture, $"{key}.{n}")));
                }

                return new UsbAddress { Bus = uint.Parse(key.AsSpan(0, slash), CultureInfo.InvariantCulture), Port = port };
            }
        }

        throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, ports.Count == 0 ? "No USB controllers available for the USB devices of the domain" : "No free USB ports");
    }
}
