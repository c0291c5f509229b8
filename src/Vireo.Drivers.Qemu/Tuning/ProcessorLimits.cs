using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host.ControlGroups;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>Shares and limits of processor time: what <c>schedinfo</c> shows and sets.</summary>
internal static class ProcessorLimits
{
    private const ulong DefaultPeriod = 100000;
    private const ulong LeastPeriod = 1000;
    private const ulong MostPeriod = 1000000;
    private const long LeastQuota = 1000;
    private const long MostQuota = 17592186044415;
    private const ulong DefaultShares = 1024;
    private const ulong DefaultWeight = 100;

    /// <summary>The names a caller may give, each with its type.</summary>
    public static IReadOnlyList<(string Field, TypedParameterType Type)> Fields { get; } =
    [
        ("cpu_shares", TypedParameterType.Ullong),
        ("vcpu_period", TypedParameterType.Ullong), ("vcpu_quota", TypedParameterType.Llong),
        ("emulator_period", TypedParameterType.Ullong), ("emulator_quota", TypedParameterType.Llong),
        ("global_period", TypedParameterType.Ullong), ("global_quota", TypedParameterType.Llong),
        ("iothread_period", TypedParameterType.Ullong), ("iothread_quota", TypedParameterType.Llong),
    ];

    /// <summary>What a document says; for a running guest what holds where it says nothing.</summary>
    public static TypedParam[] Read(CputuneConfig? tune, GuestGroup? running)
    {
        var period = running is null ? 0 : DefaultPeriod;
        var quota = running is null ? 0 : -1L;
        var shares = running is null ? 0 : running.Group.IsUnified(ControlGroupController.Cpu) ? DefaultWeight : DefaultShares;
        return
        [
            TypedParam.Of("cpu_shares", tune?.Shares ?? shares),
            TypedParam.Of("vcpu_period", tune?.Period ?? period), TypedParam.Of("vcpu_quota", tune?.Quota ?? quota),
            TypedParam.Of("emulator_period", tune?.EmulatorPeriod ?? period), TypedParam.Of("emulator_quota", tune?.EmulatorQuota ?? quota),
            TypedParam.Of("global_period", tune?.GlobalPeriod ?? period), TypedParam.Of("global_quota", tune?.GlobalQuota ?? quota),
            TypedParam.Of("iothread_period", tune?.IothreadPeriod ?? period), TypedParam.Of("iothread_quota", tune?.IothreadQuota ?? quota),
        ];
    }

    /// <summary>A document with what a caller sets; 0 leaves a period or quota as it is.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: a value is out of range.</exception>
    public static DomainConfig Change(DomainConfig config, IEnumerable<TypedParam> given)
    {
        var tune = config.Cputune ?? new CputuneConfig();
        foreach (var parameter in given)
        {
            tune = parameter.Field switch
            {
                "cpu_shares" => tune with { Shares = parameter.Unsigned },
                "vcpu_period" => tune with { Period = Period(parameter) ?? tune.Period },
                "vcpu_quota" => tune with { Quota = Quota(parameter) ?? tune.Quota },
                "emulator_period" => tune with { EmulatorPeriod = Period(parameter) ?? tune.EmulatorPeriod },
                "emulator_quota" => tune with { EmulatorQuota = Quota(parameter) ?? tune.EmulatorQuota },
                "global_period" => tune with { GlobalPeriod = Period(parameter) ?? tune.GlobalPeriod },
                "global_quota" => tune with { GlobalQuota = Quota(parameter) ?? tune.GlobalQuota },
                "iothread_period" => tune with { IothreadPeriod = Period(parameter) ?? tune.IothreadPeriod },
                _ => tune with { IothreadQuota = Quota(parameter) ?? tune.IothreadQuota },
            };
        }

        return config with { Cputune = tune };
    }

    /// <summary>Has a running guest keep to what its document says.</summary>
    /// <param name="process">The process.</param>
    /// <param name="group">Its group.</param>
    /// <param name="after">What holds.</param>
    /// <param name="before">What held until now; what is the same is not set again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel refuses a value.</exception>
    public static async Task ApplyAsync(QemuProcess process, GuestGroup group, CputuneConfig? after, CputuneConfig? before, CancellationToken cancellationToken)
    {
        var tune = after ?? new CputuneConfig();
        if (tune.Shares != before?.Shares)
        {
            var unified = group.Group.IsUnified(ControlGroupController.Cpu);
            group.Write(ControlGroupController.Cpu, unified ? "cpu.weight" : "cpu.shares", tune.Shares ?? (unified ? DefaultWeight : DefaultShares));
        }

        var vcpus = (tune.Period, tune.Quota);
        var emulator = (tune.EmulatorPeriod, tune.EmulatorQuota);
        var iothreads = (tune.IothreadPeriod, tune.IothreadQuota);
        var newVcpus = vcpus != (before?.Period, before?.Quota);
        var newEmulator = emulator != (before?.EmulatorPeriod, before?.EmulatorQuota);
        var newIothreads = iothreads != (before?.IothreadPeriod, before?.IothreadQuota);
        if ((tune.GlobalPeriod, tune.GlobalQuota) is var whole && whole != (before?.GlobalPeriod, before?.GlobalQuota))
        {
            Limit(group.Group, whole);
        }

        if (!newVcpus && !newEmulator && !newIothreads)
        {
            return;
        }

        var threads = await GuestThreads.OfAsync(process, cancellationToken).ConfigureAwait(false);
        foreach (var (number, thread) in newVcpus ? threads.Vcpus : new Dictionary<int, int>())
        {
            Limit(group.Threads($"vcpu{number}", [thread]), vcpus);
        }

        foreach (var (number, thread) in newIothreads ? threads.Iothreads : new Dictionary<int, int>())
        {
            Limit(group.Threads($"iothread{number}", [thread]), iothreads);
        }

        if (newEmulator)
        {
            Limit(group.Threads("emulator", threads.Emulator), emulator);
        }
    }

    private static void Limit(ControlGroup group, (ulong? Period, long? Quota) limit)
    {
        if (group.IsUnified(ControlGroupController.Cpu))
        {
            var quota = limit.Quota is > 0 and var most ? most.ToString(CultureInfo.InvariantCulture) : "max";
            GuestGroup.Write(group, ControlGroupController.Cpu, "cpu.max", string.Create(CultureInfo.InvariantCulture, $"{quota} {limit.Period ?? DefaultPeriod}"));
            return;
        }

        // Without a quota any period will do, whatever held before.
        GuestGroup.Write(group, ControlGroupController.Cpu, "cpu.cfs_quota_us", "-1");
        GuestGroup.Write(group, ControlGroupController.Cpu, "cpu.cfs_period_us", (limit.Period ?? DefaultPeriod).ToString(CultureInfo.InvariantCulture));
        if (limit.Quota is > 0 and var time)
        {
            GuestGroup.Write(group, ControlGroupController.Cpu, "cpu.cfs_quota_us", time.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static ulong? Period(TypedParam given) => given.Unsigned switch
    {
        0 => null,
        < LeastPeriod or > MostPeriod => throw OutOfRange(given.Field, LeastPeriod, MostPeriod),
        var period => period,
    };

    private static long? Quota(TypedParam given) => given.Number switch
    {
        0 => null,
        > 0 and < LeastQuota or > MostQuota => throw OutOfRange(given.Field, LeastQuota, MostQuota),
        var quota => quota,
    };

    private static VireoException OutOfRange<T>(string field, T least, T most) => VireoException.InvalidArgument(ErrorDomain.Qemu, $"value of '{field}' is out of range [{least}, {most}]");
}
