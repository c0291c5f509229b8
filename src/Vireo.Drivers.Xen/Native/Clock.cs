using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>The guest's clock and timers.</summary>
internal static class Clock
{
    private const string Reset = "reset";

    /// <summary>A file's clock.</summary>
    public static ClockConfig Parse(XenFile file, GuestKind kind)
    {
        var isLocal = file.Flag("localtime");
        var clock = kind == GuestKind.Hvm
            ? new ClockConfig
            {
                Offset = ClockOffset.Variable,
                Adjustment = (file.Number("rtc_timeoffset") ?? 0).ToString(CultureInfo.InvariantCulture),
                Basis = isLocal ? ClockBasis.Localtime : ClockBasis.Utc,
            }
            : new ClockConfig { Offset = isLocal ? ClockOffset.Localtime : ClockOffset.Utc, Adjustment = Reset };
        return clock with { Timers = Timers(file, kind).ToConfigList() };
    }

    /// <summary>Writes the clock.</summary>
    public static void Format(XenText text, ClockConfig? clock, GuestKind kind)
    {
        foreach (var timer in clock?.Timers ?? default)
            FormatTimer(text, timer, kind);
        var offset = clock?.Offset ?? ClockOffset.Utc;
        var isNumber = long.TryParse(clock?.Adjustment, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds);
        // A document that tells the seconds means a clock that keeps what the guest makes of it.
        if (offset is ClockOffset.Timezone or ClockOffset.Absolute || (kind != GuestKind.Hvm && (isNumber || offset == ClockOffset.Variable)))
            throw XenErrors.Unsupported($"unsupported clock offset='{(isNumber ? ClockOffset.Variable : offset).ToXmlName()}'");
        if (kind == GuestKind.Hvm)
        {
            if (clock?.Adjustment == Reset)
                throw XenErrors.Unsupported("unsupported clock adjustment='reset'");
            text.Add("rtc_timeoffset", seconds);
        }

        text.Add("localtime", offset == ClockOffset.Localtime || (offset == ClockOffset.Variable && clock?.Basis == ClockBasis.Localtime));
    }

    private static IEnumerable<TimerConfig> Timers(XenFile file, GuestKind kind)
    {
        if (file.Text("tsc_mode") is { } mode)
        {
            yield return new TimerConfig
            {
                Name = TimerName.Tsc,
                Present = true,
                Mode = mode switch
                {
                    "always_emulate" => TimerMode.Emulate,
                    "native" => TimerMode.Native,
                    "native_paravirt" => TimerMode.Paravirt,
                    _ => TimerMode.Auto,
                },
            };
        }

        if (kind == GuestKind.Hvm && file.Value("hpet") is not null)
            yield return new TimerConfig { Name = TimerName.Hpet, Present = file.Flag("hpet") };
    }

    private static void FormatTimer(XenText text, TimerConfig timer, GuestKind kind)
    {
        switch (timer.Name)
        {
            case TimerName.Tsc:
                text.Add("tsc_mode", timer.Mode switch
                {
                    TimerMode.Emulate => "always_emulate",
                    TimerMode.Native => "native",
                    TimerMode.Paravirt => "native_paravirt",
                    _ => "default",
                });
                break;
            case TimerName.Hpet when kind == GuestKind.Hvm:
                text.Add("hpet", timer.Present != false);
                break;
            default:
                throw XenErrors.Unsupported($"unsupported timer type (name) '{timer.Name?.ToXmlName()}'");
        }
    }
}
