using System.Text.Json;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>A command that makes something in QEMU, and the one that takes it away; null where nothing is to be taken away.</summary>
internal readonly record struct MonitorStep(QmpCommand Add, QmpCommand? Remove)
{
    /// <summary>The device it makes; null where it makes something else.</summary>
    public string? Device { get; init; }
}

/// <summary>Arguments of QEMU's command line as commands of its monitor, so that a device that is plugged in has the very properties of one that was there at the start.</summary>
internal static class MonitorArguments
{
    /// <summary>The commands, in the order of the arguments.</summary>
    /// <param name="arguments">Options and values in turn.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED: something that only a command line can say.</exception>
    public static IReadOnlyList<MonitorStep> Steps(IReadOnlyList<string> arguments)
    {
        var steps = new List<MonitorStep>();
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            steps.Add(Step(arguments[i], arguments[i + 1]));
        }

        return steps;
    }

    private static MonitorStep Step(string option, string value)
    {
        switch (option)
        {
            case "-device":
                var device = Member(value, "id");
                return new MonitorStep(new QmpCommand("device_add", value), device is null ? null : Qmp.DeviceDel(device)) { Device = device };
            case "-object":
                return new MonitorStep(new QmpCommand("object-add", value), Qmp.ObjectDel(Member(value, "id")!));
            case "-netdev":
                return new MonitorStep(new QmpCommand("netdev_add", value), Qmp.NetdevDel(Member(value, "id")!));
            case "-blockdev":
                return new MonitorStep(new QmpCommand("blockdev-add", value), Qmp.BlockdevDel(Member(value, "node-name")!));
            case "-chardev":
                var (id, backend) = ChardevBackends.Of(value);
                return new MonitorStep(new QmpCommand("chardev-add", backend), Qmp.ChardevRemove(id));
            case "-watchdog-action":
                return new MonitorStep(new QmpCommand("watchdog-set-action", json => json.WriteString("action", value)), null);
            default:
                throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"a running QEMU cannot be given '{option} {value}'; it takes that when it is started");
        }
    }

    private static string? Member(string json, string name)
    {
        using var option = JsonDocument.Parse(json);
        return option.RootElement.StrOrNull(name);
    }
}
