using Vireo.Config;
using Vireo.Host.ControlGroups;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>The host's memory nodes that a guest's memory comes from: what <c>numatune</c> shows and sets.</summary>
internal static class MemoryNodes
{
    /// <summary>The names a caller may give, each with its type.</summary>
    public static IReadOnlyList<(string Field, TypedParameterType Type)> Fields { get; } = [("numa_mode", TypedParameterType.Int), ("numa_nodeset", TypedParameterType.String)];

    /// <summary>What a document says.</summary>
    public static TypedParam[] Read(NumatuneConfig? tune) =>
        [TypedParam.Of("numa_mode", (int)(tune?.Memory?.Mode ?? NumaMemoryMode.Strict)), TypedParam.Of("numa_nodeset", tune?.Memory?.Nodeset ?? "")];

    /// <summary>A document with what a caller sets.</summary>
    /// <param name="config">The document.</param>
    /// <param name="live">It is a running guest's: memory that is there is not moved unless its mode leaves that to the host.</param>
    /// <param name="given">What is set.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG, VIR_ERR_OPERATION_INVALID, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static DomainConfig Change(DomainConfig config, bool live, IEnumerable<TypedParam> given)
    {
        var before = config.Numatune?.Memory;
        var (mode, nodes) = (before?.Mode, before?.Nodeset);
        foreach (var parameter in given)
        {
            if (parameter.Field == "numa_mode")
            {
                mode = Enum.IsDefined((NumaMemoryMode)parameter.Number) ? (NumaMemoryMode)parameter.Number
                    : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"unsupported numatune mode: '{parameter.Number}'");
            }
            else
            {
                nodes = Parse(parameter.Text);
            }
        }

        if (live && before is not null && mode != before.Mode)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "can't change numatune mode for running domain");
        }

        if (live && mode is not null && before is null && mode != NumaMemoryMode.Strict)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "can't change numatune mode for running domain");
        }

        if (live && before is not null and not { Mode: NumaMemoryMode.Restrictive } && nodes != before.Nodeset)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "change of nodeset for running domain requires restrictive numa mode");
        }

        return config with
        {
            Numatune = (config.Numatune ?? new NumatuneConfig()) with { Memory = (before ?? new NumaMemory()) with { Mode = mode ?? NumaMemoryMode.Strict, Nodeset = nodes, Placement = null } },
        };
    }

    /// <summary>Has a running guest keep to what its document says. Modes other than these two QEMU sees to itself.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="tune">What holds.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel refuses the nodes.</exception>
    public static void Apply(GuestGroup group, NumatuneConfig? tune)
    {
        if (tune?.Memory is { Mode: null or NumaMemoryMode.Strict or NumaMemoryMode.Restrictive, Nodeset: { Length: > 0 } nodes })
        {
            group.Write(ControlGroupController.Cpuset, "cpuset.mems", nodes);
        }
    }

    private static string Parse(string text)
    {
        var set = NumberSet.Parse(text);
        return set.Count > 0 ? set.ToString() : throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"Invalid nodeset of 'numatune': {text}");
    }
}
