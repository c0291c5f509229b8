using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The serial and parallel ports of a VMX file.</summary>
internal static class PortParser
{
    /// <summary>How many serial ports there can be.</summary>
    public const int MostSerials = 4;

    /// <summary>How many parallel ports there can be.</summary>
    public const int MostParallels = 3;

    /// <summary>All serial ports.</summary>
    public static ConfigList<CharDevice> Serials(VmxFile file, VmxHost host) => Ports(file, "serial", MostSerials, key => Serial(file, key, host));

    /// <summary>All parallel ports.</summary>
    public static ConfigList<CharDevice> Parallels(VmxFile file, VmxHost host) => Ports(file, "parallel", MostParallels, key => Parallel(file, key, host));

    private static ConfigList<CharDevice> Ports(VmxFile file, string kind, int most, Func<string, CharDevice> read) =>
        Enumerable.Range(0, most).Where(port => file.IsPresent($"{kind}{port}"))
            .Select(port => read($"{kind}{port}") with { Target = new CharTarget { Port = port } }).ToConfigList();

    private static CharDevice Serial(VmxFile file, string key, VmxHost host)
    {
        var name = file.Text(key + ".fileName");
        return file.Text(key + ".fileType") switch
        {
            null => Device(CharType.Dev, name),
            var type => type.ToLowerInvariant() switch
            {
                "device" => Device(CharType.Dev, name),
                "file" => Device(CharType.File, name is null ? null : host.FileFromVmx(name, mayBeMissing: false)),
                "pipe" => Device(CharType.Pipe, name),
                "network" => Network(file, key),
                _ => throw VmxErrors.Internal($"Expecting VMX entry '{key}.fileType' to be 'device', 'file' or 'pipe' or 'network' but found '{type}'"),
            },
        };
    }

    private static CharDevice Network(VmxFile file, string key)
    {
        var uri = PortUri.Parse(file, key + ".fileName");
        var end = file.Text(key + ".network.endPoint");
        var mode = end?.ToLowerInvariant() switch
        {
            null or "server" => CharSourceMode.Bind,
            "client" => CharSourceMode.Connect,
            _ => throw VmxErrors.Internal($"Expecting VMX entry '{key}.network.endPoint' to be 'server' or 'client' but found '{end}'"),
        };
        return new CharDevice
        {
            Type = CharType.Tcp,
            Sources = [new CharSource { Mode = mode, Host = uri.Host, Service = uri.Port.ToString(CultureInfo.InvariantCulture) }],
            Protocol = uri.Protocol,
        };
    }

    private static CharDevice Parallel(VmxFile file, string key, VmxHost host)
    {
        var (type, name) = (file.Required(key + ".fileType"), file.Required(key + ".fileName"));
        return type.ToLowerInvariant() switch
        {
            "device" => Device(CharType.Dev, name),
            "file" => Device(CharType.File, host.FileFromVmx(name, mayBeMissing: false)),
            _ => throw VmxErrors.Internal($"Expecting VMX entry '{key}.fileType' to be 'device' or 'file' but found '{type}'"),
        };
    }

    private static CharDevice Device(CharType type, string? path) => new() { Type = type, Sources = path is null ? default : [new CharSource { Path = path }] };
}
