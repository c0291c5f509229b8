using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>Changes what a domain may take of its host: of the running guest, of its definition, or of both.</summary>
internal static class DomainTuning
{
    /// <summary>Changes it within the domain's job.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="impact">What changes.</param>
    /// <param name="change">The changed document; refuses what cannot be. Called for each document before anything is changed.</param>
    /// <param name="apply">Changes the running guest.</param>
    /// <exception cref="VireoException">What forbids it.</exception>
    public static async Task ChangeAsync(QemuDomain domain, ModificationImpact impact, Func<DomainConfig, bool, DomainConfig> change, Func<QemuProcess, DomainConfig, Task> apply)
    {
        var view = domain.View;
        var definition = impact.Config ? change(view.Persistent!, false) : null;
        var live = impact.Live ? change(view.Live!, true) : null;
        if (live is not null && domain.RequireProcess() is var process)
        {
            await apply(process, live).ConfigureAwait(false);
            var after = domain.Update(v => v with { Live = change(v.Live ?? process.Live, true) });
            process.Live = after.Live!;
            await domain.Hypervisor.SaveStatusNowAsync(domain, process).ConfigureAwait(false);
        }

        if (definition is not null)
        {
            await domain.Hypervisor.Files.SaveDefinitionAsync(definition, CancellationToken.None).ConfigureAwait(false);
            domain.Update(v => v with { Persistent = definition });
        }
    }

    /// <summary>The document that is asked about: the definition where the flags say so, or where the domain does not run.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: it does not run, or has no definition; VIR_ERR_INVALID_ARG: both are asked for.</exception>
    public static DomainConfig Asked(QemuDomain domain, uint flags)
    {
        var view = domain.View;
        var impact = ModificationImpact.Of(view, flags);
        return impact is { Live: true, Config: true } ? throw VireoException.InvalidArgument(ErrorDomain.Domain, "the live and the config flag exclude each other")
            : impact.Live ? view.Live! : view.Persistent!;
    }
}
