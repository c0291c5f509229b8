using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Writes the serial and parallel ports of a VMX file.</summary>
internal static class PortFormatter
{
    /// <summary>Writes all ports.</summary>
    public static void Format(VmxText text, DevicesConfig devices, VmxHost host)
    {
        foreach (var serial in devices.Serials)
            FormatSerial(text, serial, Key("serial", "Serial", serial, PortParser.MostSerials), host);
        foreach (var parallel in devices.Parallels)
            FormatParallel(text, parallel, Key("parallel", "Parallel", parallel, PortParser.MostParallels), host);
    }

    private static string Key(string kind, string called, CharDevice port, int most)
    {
        var index = port.Target?.Port ?? 0;
        return index >= 0 && index < most ? $"{kind}{index}" : throw VmxErrors.Internal($"{called} port index {index} out of [0..{most - 1}] range");
    }

    private static void FormatSerial(VmxText text, CharDevice serial, string key, VmxHost host)
    {
        text.Add(key + ".present", true);
        switch (serial.Type)
        {
            case CharType.Tcp:
                text.Add(key + ".fileType", "network");
                text.Add(key + ".fileName", PortUri.Format(serial.Protocol, serial.Source?.Host ?? "", serial.Source?.Service ?? ""));
                text.Add(key + ".network.endPoint", serial.Source?.Mode == CharSourceMode.Bind ? "server" : "client");
                break;
            case CharType.Pipe:
                text.Add(key + ".fileType", "pipe");
                // A document does not tell which end the guest has, nor what is at the other.
                text.Add(key + ".pipe.endPoint", "client");
                text.Add(key + ".tryNoRxLoss", false);
                text.Add(key + ".fileName", Path(serial));
                break;
            default:
                FormatFile(text, serial, key, host);
                break;
        }

        text.Add(key + ".yieldOnMsrRead", true);
    }

    private static void FormatParallel(VmxText text, CharDevice parallel, string key, VmxHost host)
    {
        text.Add(key + ".present", true);
        FormatFile(text, parallel, key, host);
    }

    private static void FormatFile(VmxText text, CharDevice port, string key, VmxHost host)
    {
        var (type, name) = port.Type switch
        {
            CharType.Dev => ("device", Path(port)),
            CharType.File => ("file", host.FileToVmx(Path(port))),
            _ => throw VmxErrors.Unsupported($"Unsupported character device type '{port.Type?.ToXmlName()}'"),
        };
        text.Add(key + ".fileType", type);
        text.Add(key + ".fileName", name);
    }

    private static string Path(CharDevice port) =>
        port.Source?.Path ?? throw VireoException.Internal(ErrorDomain.Domain, "Missing source path attribute for char device");
}
