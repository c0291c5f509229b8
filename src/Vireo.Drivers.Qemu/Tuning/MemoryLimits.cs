using Vireo.Config;
using Vireo.Host.ControlGroups;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>Limits of a guest's memory on its host: what <c>memtune</c> shows and sets. Sizes are in KiB.</summary>
internal static class MemoryLimits
{
    /// <summary>The size that means no limit (VIR_DOMAIN_MEMORY_PARAM_UNLIMITED).</summary>
    public const ulong Unlimited = 9007199254740991;

    private const string NoLimit = "-1";

    /// <summary>The names a caller may give, each with its type.</summary>
    public static IReadOnlyList<(string Field, TypedParameterType Type)> Fields { get; } =
        [("hard_limit", TypedParameterType.Ullong), ("soft_limit", TypedParameterType.Ullong), ("swap_hard_limit", TypedParameterType.Ullong)];

    /// <summary>What a document says.</summary>
    public static TypedParam[] Read(MemtuneConfig? tune) =>
    [
        TypedParam.Of("hard_limit", tune?.HardLimit?.KiB ?? Unlimited), TypedParam.Of("soft_limit", tune?.SoftLimit?.KiB ?? Unlimited),
        TypedParam.Of("swap_hard_limit", tune?.SwapHardLimit?.KiB ?? Unlimited),
    ];

    /// <summary>A document with what a caller sets.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: memory and swap together would be less than memory alone.</exception>
    public static DomainConfig Change(DomainConfig config, IEnumerable<TypedParam> given)
    {
        var tune = config.Memtune ?? new MemtuneConfig();
        foreach (var parameter in given)
        {
            DataSize? limit = parameter.Unsigned >= Unlimited ? null : DataSize.FromKiB(parameter.Unsigned);
            tune = parameter.Field switch
            {
                "hard_limit" => tune with { HardLimit = limit },
                "soft_limit" => tune with { SoftLimit = limit },
                _ => tune with { SwapHardLimit = limit },
            };
        }

        return (tune.HardLimit?.KiB ?? Unlimited) > (tune.SwapHardLimit?.KiB ?? Unlimited)
            ? throw VireoException.InvalidArgument(ErrorDomain.Qemu, "memory hard_limit tunable value must be lower than or equal to swap_hard_limit")
            : config with { Memtune = tune == new MemtuneConfig() ? null : tune };
    }

    /// <summary>Has a running guest keep to what its document says.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="tune">What holds.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel refuses a value.</exception>
    public static void Apply(GuestGroup group, MemtuneConfig? tune)
    {
        if (group.Group.IsUnified(ControlGroupController.Memory))
        {
            group.Write(ControlGroupController.Memory, "memory.max", Text(tune?.HardLimit, "max"));
            group.Write(ControlGroupController.Memory, "memory.high", Text(tune?.SoftLimit, "max"));
            SetSwap(group, tune);
            return;
        }

        // Memory and swap together may never be less than memory alone: what is widened goes first.
        if (group.Group.HasFile(ControlGroupController.Memory, "memory.memsw.limit_in_bytes"))
        {
            group.Write(ControlGroupController.Memory, "memory.memsw.limit_in_bytes", NoLimit);
        }
        else if (tune?.SwapHardLimit is not null)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "this kernel does not count swap: swap_hard_limit cannot be set");
        }

        group.Write(ControlGroupController.Memory, "memory.limit_in_bytes", Text(tune?.HardLimit, NoLimit));
        group.Write(ControlGroupController.Memory, "memory.soft_limit_in_bytes", Text(tune?.SoftLimit, NoLimit));
        if (tune?.SwapHardLimit is not null)
        {
            group.Write(ControlGroupController.Memory, "memory.memsw.limit_in_bytes", Text(tune.SwapHardLimit, NoLimit));
        }
    }

    // Version 2 counts swap by itself.
    private static void SetSwap(GuestGroup group, MemtuneConfig? tune)
    {
        if (group.Group.HasFile(ControlGroupController.Memory, "memory.swap.max"))
        {
            group.Write(ControlGroupController.Memory, "memory.swap.max", tune?.SwapHardLimit is { } both ? Text(DataSize.FromKiB(both.KiB - (tune.HardLimit?.KiB ?? 0)), "max") : "max");
        }
    }

    private static string Text(DataSize? limit, string none) => limit is { } size ? size.Bytes.ToString(System.Globalization.CultureInfo.InvariantCulture) : none;
}
