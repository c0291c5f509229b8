using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>Places a guest that is to be placed automatically on those nodes of the host that numad advises.</summary>
internal static class NumaAdvice
{
    private const string Program = "numad";

    /// <summary>The document with the processors and the memory nodes that it is placed on; as it is when it does not ask to be placed.</summary>
    /// <param name="config">The complete document.</param>
    /// <param name="directory">Where what numad prints is kept meanwhile.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: numad is not there, or does not answer.</exception>
    public static async ValueTask<DomainConfig> ApplyAsync(DomainConfig config, string directory, CancellationToken cancellationToken)
    {
        var processors = config.Vcpu?.Placement == CpuPlacement.Auto;
        var memory = config.Numatune?.Memory?.Placement == NumaPlacement.Auto;
        if (!processors && !memory)
        {
            return config;
        }

        var nodes = await AskAsync(config, directory, cancellationToken).ConfigureAwait(false);
        return config with
        {
            Vcpu = processors ? config.Vcpu! with { Cpuset = ProcessorsOf(nodes).ToString() } : config.Vcpu,
            Numatune = memory ? config.Numatune! with { Memory = config.Numatune.Memory! with { Nodeset = nodes.ToString() } } : config.Numatune,
        };
    }

    private static async ValueTask<NumberSet> AskAsync(DomainConfig config, string directory, CancellationToken cancellationToken)
    {
        try
        {
            var wanted = string.Create(CultureInfo.InvariantCulture, $"{config.Vcpu?.Current ?? config.Vcpu?.Count ?? 1}:{config.Memory!.Size.MiB}");
            return NumberSet.Parse((await CheckedProgram.RunAsync(Program, ["-w", wanted], directory, cancellationToken).ConfigureAwait(false)).Trim());
        }
        catch (VireoException e)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, "Failed to query numad for the advisory nodeset", e);
        }
    }

    private static NumberSet ProcessorsOf(NumberSet nodes) => NumberSet.Of(nodes.SelectMany(node =>
    {
        var list = string.Create(CultureInfo.InvariantCulture, $"/sys/devices/system/node/node{node}/cpulist");
        return File.Exists(list) ? NumberSet.Parse(File.ReadAllText(list).Trim()) : throw VireoException.OperationFailed(ErrorDomain.Qemu, $"numad advises node {node}, which this host does not have");
    }));
}
