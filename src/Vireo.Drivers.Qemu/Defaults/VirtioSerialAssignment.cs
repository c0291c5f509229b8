using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Gives channels their ports of the virtio-serial controllers.</summary>
internal static class VirtioSerialAssignment
{
    private const int DefaultPorts = 31;

    /// <summary>Finds every channel a port, and adds a controller when all are full. Port 0 is for consoles alone.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: a port does not exist or is taken.</exception>
    public static void Apply(DeviceDraft draft)
    {
        var taken = new HashSet<(uint Controller, uint Port)>();
        foreach (var address in draft.Consoles.Concat(draft.Channels).Where(IsVirtio).Select(c => c.Address).OfType<VirtioSerialAddress>().Where(a => a.Port is > 0))
        {
            Take(draft, taken, address.Controller ?? 0, address.Port!.Value);
        }

        DeviceDraft.Each(draft.Consoles, c => IsVirtio(c) && c.Address is VirtioSerialAddress { Port: null or 0 } ? Place(draft, taken, c, 0) : c);
        DeviceDraft.Each(draft.Channels, c => IsVirtio(c) && c.Address is not VirtioSerialAddress { Port: > 0 } ? Place(draft, taken, c, 1) : c);
    }

    private static bool IsVirtio(CharDevice device) => device.Target?.Type == CharTargetType.Virtio;

    private static int PortsOf(ControllerConfig controller) => controller.Ports ?? DefaultPorts;

    private static IEnumerable<ControllerConfig> Controllers(DeviceDraft draft) => draft.Controllers.Where(c => c.Type == ControllerType.VirtioSerial).OrderBy(c => c.Index);

    private static void Take(DeviceDraft draft, HashSet<(uint Controller, uint Port)> taken, uint index, uint port)
    {
        var controller = Controllers(draft).FirstOrDefault(c => c.Index == index) ?? throw Refused($"virtio serial controller {index} is missing");
        if (port >= PortsOf(controller))
        {
            throw Refused($"virtio serial controller {index} does not have port {port}");
        }

        if (!taken.Add((index, port)))
        {
            throw Refused($"virtio serial port {port} on controller {index} is already occupied");
        }
    }

    private static CharDevice Place(DeviceDraft draft, HashSet<(uint Controller, uint Port)> taken, CharDevice device, uint first)
    {
        var wanted = (device.Address as VirtioSerialAddress)?.Controller;
        foreach (var controller in Controllers(draft).Where(c => wanted is null || c.Index == wanted))
        {
            for (var port = first; port < PortsOf(controller); port++)
            {
                if (taken.Add(((uint)controller.Index!.Value, port)))
                {
                    return device with { Address = new VirtioSerialAddress { Controller = (uint)controller.Index.Value, Bus = 0, Port = port } };
                }
            }
        }

        if (wanted is not null)
        {
            throw Refused($"Unable to find a free virtio-serial port on controller {wanted}");
        }

        var index = Enumerable.Range(0, int.MaxValue).First(i => !Controllers(draft).Any(c => c.Index == i));
        draft.Controllers.Add(new ControllerConfig { Type = ControllerType.VirtioSerial, Index = index });
        taken.Add(((uint)index, first));
        return device with { Address = new VirtioSerialAddress { Controller = (uint)index, Bus = 0, Port = first } };
    }

    private static VireoException Refused(string detail) => new(ErrorCode.XmlError, ErrorDomain.Domain, detail);
}
