using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>What is booted, the firmware, and the clock.</summary>
internal static class BootReading
{
    /// <summary>Reads it.</summary>
    public static void Read(ReadingState state)
    {
        var os = state.Config.Os;
        state.Config = state.Config with
        {
            Os = os with
            {
                Kernel = state.Last("-kernel"),
                Initrd = state.Last("-initrd"),
                Cmdline = state.Last("-append"),
                Dtb = state.Last("-dtb"),
                Loader = state.Last("-bios") is { } bios ? new LoaderConfig { Path = bios } : os.Loader,
            },
        };
        foreach (var option in state.Unread("-boot").ToList())
        {
            Order(state, option);
        }

        FlashDrives(state);
        Clock(state);
    }

    /// <summary>Takes the machine's flash memory when the document can say what is in it.</summary>
    public static void Flash(ReadingState state, OptionProperties machine)
    {
        if (machine.Peek("pflash0") is not { } code || BlockNodes.Find(state, code) is not { Backing: null, Type: DiskType.File, Source.File: { } loader } first)
        {
            return;
        }

        string? variables = null;
        string? format = null;
        if (machine.Peek("pflash1") is { } name)
        {
            if (BlockNodes.Find(state, name) is not { Backing: null, Type: DiskType.File, Source.File: { } path } second)
            {
                return;
            }

            (variables, format) = (path, second.Format);
            machine.Take("pflash1");
            second.Read();
        }

        machine.Take("pflash0");
        first.Read();
        Firmware(state, loader, first.ReadOnly, first.Format, variables, format);
    }

    private static void Firmware(ReadingState state, string loader, bool readOnly, string? loaderFormat, string? variables, string? variablesFormat) => state.Config = state.Config with
    {
        Os = state.Config.Os with
        {
            Loader = new LoaderConfig { Path = loader, Type = LoaderType.Pflash, Readonly = readOnly, Format = loaderFormat is "raw" ? null : loaderFormat },
            Nvram = variables is null ? null : new NvramConfig { Path = variables, Format = variablesFormat is "raw" ? null : variablesFormat },
        },
    };

    private static void FlashDrives(ReadingState state)
    {
        var drives = state.Unread("-drive").Where(o => o.Properties.Peek("if") == "pflash").ToList();
        if (drives.Count is 0 or > 2)
        {
            return;
        }

        var read = new List<(string File, string? Format, bool ReadOnly)>();
        foreach (var drive in drives)
        {
            var properties = drive.Properties;
            properties.Take("if");
            properties.Expect("unit", read.Count.ToString(CultureInfo.InvariantCulture));
            properties.Expect("index", read.Count.ToString(CultureInfo.InvariantCulture));
            var image = (File: properties.Take("file") ?? "", Format: properties.Take("format"), ReadOnly: properties.Flag("readonly") ?? properties.Flag("read-only") ?? false);
            if (!properties.Understood || !image.File.StartsWith('/'))
            {
                return;
            }

            read.Add(image);
        }

        drives.ForEach(d => d.Read());
        var variables = read.Count > 1 ? read[1] : default;
        Firmware(state, read[0].File, read[0].ReadOnly, read[0].Format, variables.File, variables.Format);
    }

    private static void Order(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var os = state.Config.Os;
        if (properties.Peek("order") is { } order && order.All("acdn".Contains))
        {
            properties.Take("order");
            os = os with { Boots = order.Select(c => c switch { 'a' => BootDevice.Fd, 'c' => BootDevice.Hd, 'd' => BootDevice.Cdrom, _ => BootDevice.Network }).Distinct().ToConfigList() };
        }

        var menu = properties.Flag("menu");
        var splash = properties.Number("splash-time");
        var reboot = properties.Take("reboot-timeout");
        properties.Take("strict");
        if (menu is not null)
        {
            os = os with { Bootmenu = new BootmenuConfig { Enable = menu, Timeout = menu == true ? splash : null } };
        }

        if (reboot is not null)
        {
            os = int.TryParse(reboot, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var timeout) && timeout is >= -1 and <= 65535
                ? os with { Bios = (os.Bios ?? new BiosConfig()) with { RebootTimeout = timeout } }
                : throw ShellLine.Malformed($"cannot parse reboot-timeout value '{reboot}'");
        }

        state.Config = state.Config with { Os = os };
        option.Read(properties);
    }

    private static void Clock(ReadingState state)
    {
        var clock = (state.Config.Clock ?? new ClockConfig()) with { Offset = state.Switch("-localtime") ? ClockOffset.Localtime : ClockOffset.Utc };
        state.Config = state.Config with { Clock = clock };
        if (state.Switch("-no-kvm-pit-reinjection"))
        {
            MachineReading.Timer(state, new TimerConfig { Name = TimerName.Pit, Tickpolicy = TimerTickPolicy.Delay });
        }

        foreach (var option in state.Unread("-rtc").ToList())
        {
            var properties = option.Properties;
            state.Config = state.Config with { Clock = Base(properties, state.Config.Clock!) };
            var track = properties.Peek("clock") switch { "vm" => TimerTrack.Guest, "host" => TimerTrack.Wall, "rt" => (TimerTrack?)TimerTrack.Realtime, _ => null };
            var policy = properties.Peek("driftfix") switch { "slew" => TimerTickPolicy.Catchup, "none" => (TimerTickPolicy?)TimerTickPolicy.Delay, _ => null };
            if (track is not null || policy is not null)
            {
                properties.Take(track is null ? "" : "clock");
                properties.Take(policy is null ? "" : "driftfix");
                MachineReading.Timer(state, new TimerConfig { Name = TimerName.Rtc, Track = track, Tickpolicy = policy });
            }

            option.Read(properties);
        }
    }

    private static ClockConfig Base(OptionProperties properties, ClockConfig clock)
    {
        switch (properties.Peek("base"))
        {
            case "utc" or "localtime":
                return clock with { Offset = properties.Take("base") == "utc" ? ClockOffset.Utc : ClockOffset.Localtime };
            case { } start when DateTimeOffset.TryParse(start, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.ToUnixTimeSeconds() >= 0:
                properties.Take("base");
                return clock with { Offset = ClockOffset.Absolute, Start = (ulong)time.ToUnixTimeSeconds() };
            default:
                return clock;
        }
    }
}
