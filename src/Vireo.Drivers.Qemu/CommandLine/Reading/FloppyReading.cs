using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>
/// What is told of floppy drives through their controller, which is on the board or comes with the first drive: their places in the boot order.
/// </summary>
internal static class FloppyReading
{
    /// <summary>Reads it, once the drives are known.</summary>
    public static void Read(ReadingState state)
    {
        foreach (var option in state.Unread("-global").Where(o => o.Value!.StartsWith("isa-fdc.bootindex", StringComparison.Ordinal)).ToList())
        {
            Orders(state, option, option.Properties, "isa-fdc.");
        }

        foreach (var option in state.Unread("-device").Where(o => o.Properties.Peek("driver") == "isa-fdc").ToList())
        {
            var properties = option.Properties;
            properties.TakeAny("driver", "id");
            Orders(state, option, properties, "");
        }
    }

    private static void Orders(ReadingState state, QemuOption option, OptionProperties properties, string prefix)
    {
        var orders = new List<(int Disk, uint Order)>();
        foreach (var (name, target) in ((string, string)[])[("bootindexA", "fda"), ("bootindexB", "fdb")])
        {
            if (properties.Number(prefix + name) is not { } order)
            {
                continue;
            }

            var disk = state.Devices.Disks.FindIndex(d => d.Target!.Dev == target);
            if (disk < 0 || order == 0)
            {
                return;
            }

            orders.Add((disk, order));
        }

        // The controller alone is none of a document without drives.
        if (!properties.Understood || !state.Devices.Disks.Exists(d => d.Target!.Bus == DiskBus.Fdc))
        {
            return;
        }

        foreach (var (disk, order) in orders)
        {
            state.Devices.Disks[disk] = state.Devices.Disks[disk] with { Boot = new DeviceBoot { Order = order } };
        }

        option.Read();
    }
}
