using System.Runtime.InteropServices;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>QEMU's commands. A new one is a line here.</summary>
internal static partial class Qmp
{
    /// <summary>cont: lets the guest run.</summary>
    public static QmpCommand Cont { get; } = new("cont");

    /// <summary>stop: pauses the guest.</summary>
    public static QmpCommand Stop { get; } = new("stop");

    /// <summary>system_powerdown: presses the power button.</summary>
    public static QmpCommand SystemPowerdown { get; } = new("system_powerdown");

    /// <summary>system_reset: presses the reset button.</summary>
    public static QmpCommand SystemReset { get; } = new("system_reset");

    /// <summary>system_wakeup: wakes a guest that sleeps.</summary>
    public static QmpCommand SystemWakeup { get; } = new("system_wakeup");

    /// <summary>inject-nmi.</summary>
    public static QmpCommand InjectNmi { get; } = new("inject-nmi");

    /// <summary>quit: ends QEMU; its answer may not come.</summary>
    public static QmpCommand Quit { get; } = new("quit");

    /// <summary>query-status.</summary>
    public static QmpCommand<QmpStatus> QueryStatus { get; } = new("query-status", QmpStatus.Read);

    /// <summary>query-version.</summary>
    public static QmpCommand<Version> QueryVersion { get; } = new("query-version", ReadVersion);

    /// <summary>query-chardev: label and file name (<c>pty:/dev/pts/3</c>) of each.</summary>
    public static QmpCommand<IReadOnlyDictionary<string, string>> QueryChardev { get; } =
        new("query-chardev", static reply => reply.EnumerateArray().ToDictionary(static item => item.Str("label"), static item => item.Str("filename")));

    /// <summary>query-cpus-fast: index, thread and place of each virtual processor.</summary>
    public static QmpCommand<IReadOnlyList<QmpCpu>> QueryCpusFast { get; } =
        new("query-cpus-fast", static reply => [.. reply.EnumerateArray().Select(QmpCpu.Read)]);

    /// <summary>query-memory-devices: where each module lies, and how much of it is plugged in.</summary>
    public static QmpCommand<JsonElement> QueryMemoryDevices { get; } = new("query-memory-devices", static reply => reply);

    /// <summary>query-iothreads.</summary>
    public static QmpCommand<IReadOnlyList<QmpIothread>> QueryIothreads { get; } =
        new("query-iothreads", static reply => [.. reply.EnumerateArray().Select(QmpIothread.Read)]);

    /// <summary>query-dirty-rate: what the last measurement gave, or how it stands.</summary>
    public static QmpCommand<QmpDirtyRate> QueryDirtyRate { get; } = new("query-dirty-rate", QmpDirtyRate.Read);

    /// <summary>calc-dirty-rate: begins to measure for so many seconds.</summary>
    /// <param name="seconds">1 to 60.</param>
    /// <param name="mode">page-sampling, dirty-bitmap or dirty-ring.</param>
    public static QmpCommand CalcDirtyRate(int seconds, string mode) => new("calc-dirty-rate", w =>
    {
        w.WriteNumber("calc-time", seconds);
        w.WriteString("mode", mode);
    });

    /// <summary>What the guest behind a balloon has told of its memory.</summary>
    /// <param name="alias">The balloon's id.</param>
    public static QmpCommand<QmpBalloonFigures> BalloonFigures(string alias) => new("qom-get", QmpBalloonFigures.Read, w =>
    {
        w.WriteString("path", "/machine/peripheral/" + alias);
        w.WriteString("property", "guest-stats");
    });

    /// <summary>query-balloon: the memory the guest has now, in bytes.</summary>
    public static QmpCommand<long> QueryBalloon { get; } = new("query-balloon", static reply => reply.GetProperty("actual").GetInt64());

    /// <summary>balloon: the memory the guest shall have, in bytes.</summary>
    public static QmpCommand Balloon(long bytes) => new("balloon", w => w.WriteNumber("value", bytes));

    /// <summary>display-update: the VNC display listens there and nowhere else.</summary>
    /// <param name="address"><c>host:port</c>, or the path of a UNIX socket.</param>
    public static QmpCommand ListenVnc(string address) => new("display-update", w =>
    {
        w.WriteString("type", "vnc");
        w.WriteStartArray("addresses");
        w.WriteStartObject();
        if (address.StartsWith('/'))
        {
            w.WriteString("type", "unix");
            w.WriteString("path", address);
        }
        else
        {
            var colon = address.LastIndexOf(':');
            w.WriteString("type", "inet");
            w.WriteString("host", address[..colon]);
            w.WriteString("port", address[(colon + 1)..]);
        }

        w.WriteEndObject();
        w.WriteEndArray();
    });

    /// <summary>device_add, with the properties that <paramref name="properties"/> writes.</summary>
    public static QmpCommand DeviceAdd(Action<Utf8JsonWriter> properties) => new("device_add", properties);

    /// <summary>device_del: asks the guest to let a device go; DEVICE_DELETED tells when it has.</summary>
    public static QmpCommand DeviceDel(string id) => new("device_del", w => w.WriteString("id", id));

    /// <summary>object-add, with the properties that <paramref name="properties"/> writes.</summary>
    public static QmpCommand ObjectAdd(Action<Utf8JsonWriter> properties) => new("object-add", properties);

    /// <summary>object-del.</summary>
    public static QmpCommand ObjectDel(string id) => new("object-del", w => w.WriteString("id", id));

    /// <summary>netdev_del.</summary>
    public static QmpCommand NetdevDel(string id) => new("netdev_del", w => w.WriteString("id", id));

    /// <summary>chardev-remove.</summary>
    public static QmpCommand ChardevRemove(string id) => new("chardev-remove", w => w.WriteString("id", id));

    /// <summary>set_link: plugs a network card's cable in or out.</summary>
    public static QmpCommand SetLink(string card, bool up) => new("set_link", w =>
    {
        w.WriteString("name", card);
        w.WriteBoolean("up", up);
    });

    /// <summary>qom-list: the names of the properties and children of an object.</summary>
    public static QmpCommand<IReadOnlyList<string>> QomList(string path) =>
        new("qom-list", static reply => [.. reply.EnumerateArray().Select(static item => item.Str("name"))], w => w.WriteString("path", path));

    /// <summary>qom-get: a property's value as JSON.</summary>
    public static QmpCommand<JsonElement> QomGet(string path, string property) => new("qom-get", static reply => reply, w =>
    {
        w.WriteString("path", path);
        w.WriteString("property", property);
    });

    /// <summary>qom-set of a number.</summary>
    public static QmpCommand QomSet(string path, string property, long value) => new("qom-set", w =>
    {
        w.WriteString("path", path);
        w.WriteString("property", property);
        w.WriteNumber("value", value);
    });

    /// <summary>send-key: presses keys named by QEMU's qcode, all at once.</summary>
    public static QmpCommand SendKey(IReadOnlyList<int> keyNumbers, int holdMilliseconds) => new("send-key", w =>
    {
        w.WriteStartArray("keys");
        foreach (var key in keyNumbers)
        {
            w.WriteStartObject();
            w.WriteString("type", "number");
            w.WriteNumber("data", key);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        if (holdMilliseconds > 0)
            w.WriteNumber("hold-time", holdMilliseconds);
    });

    /// <summary>human-monitor-command: what a person would type, and what would be shown.</summary>
    public static QmpCommand<string> HumanMonitorCommand(string line) =>
        new("human-monitor-command", static reply => reply.GetString() ?? "", w => w.WriteString("command-line", line));

    /// <summary>getfd: gives QEMU a descriptor under a name; out of band where that can be.</summary>
    public static QmpCommand GetFd(string name, SafeHandle descriptor) => new("getfd", w => w.WriteString("fdname", name)) { Descriptor = descriptor };

    /// <summary>closefd: takes a named descriptor back that was not used.</summary>
    public static QmpCommand CloseFd(string name) => new("closefd", w => w.WriteString("fdname", name));

    /// <summary>add-fd: gives QEMU a descriptor that it opens as <c>/dev/fdset/N</c>.</summary>
    public static QmpCommand AddFd(int set, SafeHandle descriptor, string? opaque = null) => new("add-fd", w =>
    {
        w.WriteNumber("fdset-id", set);
        if (opaque is not null)
            w.WriteString("opaque", opaque);
    })
    { Descriptor = descriptor };

    /// <summary>remove-fd: drops a set of descriptors.</summary>
    public static QmpCommand RemoveFd(int set) => new("remove-fd", w => w.WriteNumber("fdset-id", set));

    /// <summary>qmp_capabilities: ends the negotiation.</summary>
    internal static QmpCommand Capabilities(string? enabled = null) => enabled is null
        ? new("qmp_capabilities")
        : new("qmp_capabilities", w =>
        {
            w.WriteStartArray("enable");
            w.WriteStringValue(enabled);
            w.WriteEndArray();
        });

    internal static Version ReadVersion(JsonElement version)
    {
        var qemu = version.GetProperty("qemu"u8);
        return new(qemu.GetProperty("major"u8).GetInt32(), qemu.GetProperty("minor"u8).GetInt32(), qemu.GetProperty("micro"u8).GetInt32());
    }

    internal static string Str(this JsonElement element, string property) =>
        element.GetProperty(property).GetString() ?? throw new FormatException($"'{property}' is null");

    internal static string? StrOrNull(this JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static bool Is(this JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.True;

    internal static long? Num(this JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
