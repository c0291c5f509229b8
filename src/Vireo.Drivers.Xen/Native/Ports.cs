using Vireo.Config;
using Vireo.Config.Conf;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Serial and parallel ports of fully virtualized guests.</summary>
internal static class Ports
{
    private const string None = "none";
    private const string Serial = "serial";
    private const string Parallel = "parallel";
    private const int MostSerials = 256;

    /// <summary>The devices with a file's ports. The first serial port is shown as the console, too.</summary>
    public static DevicesConfig Parse(XenFile file, XenFormat format, DevicesConfig devices)
    {
        if (format == XenFormat.Xm && file.Value(Serial) is ConfItems)
            throw SeveralSerials();
        var serials = file.Value(Serial) is ConfItems ? file.Texts(Serial)! : file.Text(Serial) is { } only ? [only] : [];
        return devices with
        {
            Serials = serials.Select((text, port) => (text, port)).Where(serial => serial.text != None)
                .Select(serial => PortText.Parse(serial.text) with { Target = new CharTarget { Port = serial.port } }).ToConfigList(),
            Parallels = file.Text(Parallel) is { } parallel && parallel != None ? [PortText.Parse(parallel) with { Target = new CharTarget { Port = 0 } }] : default,
        };
    }

    /// <summary>Writes the ports.</summary>
    public static void Format(XenText text, DevicesConfig devices, XenFormat format)
    {
        text.Add(Parallel, devices.Parallels.IsEmpty ? None : PortText.Format(devices.Parallels[0]));
        var serials = Numbered(devices);
        if (serials.Count == 0)
        {
            text.Add(Serial, None);
            return;
        }

        var most = serials.Keys.Max();
        if (most == 0)
            text.Add(Serial, PortText.Format(serials[0]));
        else if (format == XenFormat.Xm)
            throw SeveralSerials();
        else
            text.AddIfAny(Serial, Enumerable.Range(0, most + 1).Select(port => serials.TryGetValue(port, out var serial) ? PortText.Format(serial) : None));
    }

    /// <summary>The serial ports by their numbers; those without one come after all others. A console that is one is the first when there is no other.</summary>
    private static Dictionary<int, CharDevice> Numbered(DevicesConfig devices)
    {
        var serials = devices.Serials.ToList();
        if (serials.Count == 0 && devices.Consoles.Find(_ => true) is { Target: null or { Type: null or CharTargetType.Serial } } console)
            serials.Add(console with { Target = new CharTarget { Port = 0 } });
        PortNumbers.Assign(serials);
        if (serials.Find(serial => serial.Target?.Port is not (>= 0 and < MostSerials)) is { } beyond)
            throw XenErrors.Unsupported($"serial port {beyond.Target?.Port} is more than Xen has");
        return serials.GroupBy(serial => serial.Target!.Port!.Value).ToDictionary(port => port.Key, port => port.First());
    }

    private static VireoException SeveralSerials() => XenErrors.Unsupported("Multiple serial devices are not supported by xen-xm");
}
