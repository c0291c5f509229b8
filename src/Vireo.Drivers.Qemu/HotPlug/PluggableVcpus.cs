using System.Text.Json;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>A virtual processor that QEMU has a place for.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Type">QEMU's kind of it.</param>
/// <param name="Place">Its place, as properties of the device.</param>
internal sealed record PluggableVcpu(uint Number, string Type, JsonElement Place)
{
    private static readonly string[] s_order = ["node-id", "socket-id", "die-id", "cluster-id", "core-id", "thread-id"];

    /// <summary>Asks for all places, the taken ones included. Their numbers follow from their places.</summary>
    public static QmpCommand<IReadOnlyList<PluggableVcpu>> Query { get; } = new("query-hotpluggable-cpus", Read);

    /// <summary>Plugs it in.</summary>
    public QmpCommand Add => Qmp.DeviceAdd(json =>
    {
        json.WriteString("driver", Type);
        json.WriteString("id", VcpuSet.Alias(Number));
        foreach (var property in Place.EnumerateObject())
        {
            property.WriteTo(json);
        }
    });

    private static IReadOnlyList<PluggableVcpu> Read(JsonElement reply)
    {
        uint next = 0;
        var places = new List<PluggableVcpu>();
        foreach (var item in reply.EnumerateArray().OrderBy(static item => Key(item.GetProperty("props"))))
        {
            places.Add(new PluggableVcpu(next, item.Str("type"), item.GetProperty("props").Clone()));
            next += (uint)(item.Num("vcpus-count") ?? 1);
        }

        return places;
    }

    // Of as many digits each, so that texts are in the order of the numbers.
    private static string Key(JsonElement place) => string.Join('/', s_order.Select(name => (place.Num(name) ?? 0).ToString("d8", System.Globalization.CultureInfo.InvariantCulture)));
}
