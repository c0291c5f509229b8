using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;

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

        Unsupported.When(config.OnReboot is not (LifecycleAction.Restart or LifecycleAction.Destroy), "<on_reboot>", "other than 'restart' or 'destroy' is not supported yet");
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
    }

    private static void Power(ArgumentList arguments, DomainConfig config)
    {
        var device = new MachineKind(config.Os.Type!.Machine!).IsQ35 ? "ICH9-LPC" : "PIIX4_PM";
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
        var value = new OptionList().With("base", clock.Offset switch
        {
            ClockOffset.Localtime => "localtime",
            ClockOffset.Utc => "utc",
            ClockOffset.Absolute when clock.Start is { } start and < 253402300800 => Text(DateTimeOffset.FromUnixTimeSeconds((long)start)),
            ClockOffset.Variable when clock.Basis is null or ClockBasis.Utc => Text(now.AddSeconds(Seconds(clock.Adjustment))),
            _ => throw Unsupported.Element($"<clock offset='{clock.Offset?.ToString().ToLowerInvariant()}'>", "is not supported yet"),
        });
        foreach (var timer in clock.Timers)
        {
            switch (timer.Name)
            {
                case TimerName.Rtc:
                    Unsupported.When(timer.Track is not (null or TimerTrack.Guest or TimerTrack.Wall), "<timer name='rtc' track=…>");
                    value.With("clock", timer.Track switch { TimerTrack.Guest => "vm", TimerTrack.Wall => "host", _ => null });
                    Unsupported.When(timer.Catchup is not null, "<catchup>");
                    Unsupported.When(timer.Tickpolicy is not (null or TimerTickPolicy.Delay or TimerTickPolicy.Catchup), "<timer name='rtc' tickpolicy=…>");
                    value.With("driftfix", timer.Tickpolicy == TimerTickPolicy.Catchup ? "slew" : null);
                    break;
                case TimerName.Pit when timer.Tickpolicy is null or TimerTickPolicy.Delay:
                case TimerName.Hpet:
                    break;
                default:
                    throw Unsupported.Element($"<timer name='{timer.Name?.ToString().ToLowerInvariant()}'>", "with these settings is not supported yet");
            }
        }

        arguments.Add("-rtc", value.ToString());
    }

    private static double Seconds(string? adjustment) =>
        adjustment is null ? 0
        : int.TryParse(adjustment, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : throw Unsupported.Element("<clock adjustment=…>", $"must be a number of seconds, not '{adjustment}'");

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
