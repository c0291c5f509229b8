using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Clock, power and what is booted.</summary>
internal static class BootArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config)
    {
        Clock(arguments, config.Clock!);
        arguments.Add("-no-shutdown");
        if (config.OnReboot == LifecycleAction.Destroy)
        {
            // With -no-shutdown QEMU stops instead of resetting, and the driver ends it.
            arguments.Add("-action", "reboot=shutdown");
        }

        Power(arguments, config);
        var os = config.Os;
        arguments.Add("-boot", new OptionList()
            .With("menu", os.Bootmenu?.Enable)
            .With("splash-time", os.Bootmenu is { Enable: true, Timeout: { } timeout } ? timeout.ToString(CultureInfo.InvariantCulture) : null)
            .With("reboot-timeout", os.Bios?.RebootTimeout?.ToString(CultureInfo.InvariantCulture))
            .With("strict", true).ToString());
        if (os.Kernel is { } kernel)
        {
            arguments.Add("-kernel", kernel);
        }

        if (os.Initrd is { } initrd)
        {
            // QEMU takes a list of files with arguments here; both separators can be doubled only for commas.
            Unsupported.When(initrd.Contains(' ', StringComparison.Ordinal) && initrd.Contains(',', StringComparison.Ordinal), "<initrd>", "with both a comma and a space in its path");
            arguments.Add("-initrd", initrd);
        }

        if (os.Cmdline is { } cmdline)
        {
            Unsupported.When(os.Kernel is null, "<cmdline>", "without <kernel> has no meaning");
            arguments.Add("-append", cmdline);
        }

        if (os.Dtb is { } tree)
        {
            arguments.Add("-dtb", tree);
        }

        Tables(arguments, os);
    }

    private static void Tables(ArgumentList arguments, OsConfig os)
    {
        foreach (var table in os.AcpiTables)
        {
            arguments.Add("-acpitable", new OptionList().With("sig", table.Type == AcpiTableType.Slic ? "SLIC" : null).With("file", table.Path).ToString());
        }
    }

    private static void Power(ArgumentList arguments, DomainConfig config)
    {
        var device = MachineKind.Of(config.Os.Type!).IsQ35 ? "ICH9-LPC" : "PIIX4_PM";
        if (config.Pm?.SuspendToMem is { } memory)
        {
            arguments.Add("-global", $"{device}.disable_s3={(memory ? 0 : 1)}");
        }

        if (config.Pm?.SuspendToDisk is { } disk)
        {
            arguments.Add("-global", $"{device}.disable_s4={(disk ? 0 : 1)}");
        }
    }

    private static void Clock(ArgumentList arguments, ClockConfig clock)
    {
        var now = DateTimeOffset.UtcNow;
        var local = clock.Basis == ClockBasis.Localtime;
        var value = new OptionList().With("base", clock.Offset switch
        {
            ClockOffset.Localtime or ClockOffset.Timezone => "localtime",
            ClockOffset.Utc or null => "utc",
            ClockOffset.Absolute when clock.Start is { } start and < 253402300800 => Text(DateTimeOffset.FromUnixTimeSeconds((long)start)),
            ClockOffset.Variable => Text((local ? now + TimeZoneInfo.Local.GetUtcOffset(now) : now).AddSeconds(Seconds(clock.Adjustment))),
            _ => throw Unsupported.Element($"<clock offset='{clock.Offset?.ToXmlName()}'>", "needs a start before the year 10000"),
        });
        foreach (var timer in clock.Timers)
        {
            Timer(arguments, value, timer);
        }

        arguments.Add("-rtc", value.ToString());
    }

    private static void Timer(ArgumentList arguments, OptionList clock, TimerConfig timer)
    {
        switch (timer.Name)
        {
            case TimerName.Rtc:
                clock.With("clock", timer.Track switch { TimerTrack.Guest => "vm", TimerTrack.Wall => "host", TimerTrack.Realtime => "rt", _ => null });
                clock.With("driftfix", timer.Tickpolicy switch { TimerTickPolicy.Catchup => "slew", TimerTickPolicy.Delay => "none", null => null, _ => throw Policy(timer) });
                break;
            case TimerName.Pit:
                if (timer.Tickpolicy is { } policy and not TimerTickPolicy.Catchup)
                {
                    arguments.Add("-global", $"kvm-pit.lost_tick_policy={(policy == TimerTickPolicy.Merge ? throw Policy(timer) : policy.ToXmlName())}");
                }

                break;
            case TimerName.Platform or null:
                throw Unsupported.Element($"<timer name='{timer.Name?.ToXmlName()}'>", "is not supported by QEMU");
            default:
                // Properties of the machine and the CPU.
                break;
        }
    }

    private static VireoException Policy(TimerConfig timer) =>
        Unsupported.Element($"<timer name='{timer.Name?.ToXmlName()}' tickpolicy='{timer.Tickpolicy?.ToXmlName()}'>", "is not supported by QEMU");

    private static double Seconds(string? adjustment) =>
        adjustment is null ? 0
        : int.TryParse(adjustment, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : throw Unsupported.Element("<clock adjustment=…>", $"must be a number of seconds, not '{adjustment}'");

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
