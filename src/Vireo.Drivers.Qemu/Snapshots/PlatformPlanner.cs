using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Journal;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Plans what becomes of the state that the guest keeps outside its disks when it goes back to a snapshot. What the snapshot has not captured stays as it is.</summary>
/// <param name="domain">The domain.</param>
/// <param name="operation">Unique name of the operation.</param>
internal sealed class PlatformPlanner(ISnapshotDomain domain, string operation)
{
    /// <summary>The firmware's variables.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="next">The document that the domain has afterwards.</param>
    /// <param name="reset">They become those of a machine that has never run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">They cannot be read.</exception>
    public async ValueTask<PlannedState?> VariablesAsync(QemuSnapshot snapshot, DomainConfig next, bool reset, CancellationToken cancellationToken)
    {
        if (domain.VariablesOf(next) is not { } path)
        {
            return null;
        }

        // A new process cannot have the file that the old one still has.
        var exists = FileStatus.TryOf(path) is not null;
        var pristine = reset || (exists && snapshot.Config.FirmwareVariables == PlatformState.NeverRun);
        var content = pristine ? await FirmwareVariables.ReadTemplateAsync(domain.WithFirmware(next).Os, cancellationToken).ConfigureAwait(false)
            : snapshot.Config.FirmwareVariables is { Length: > 0 } captured ? PackedFile.Unpack(captured)
            : exists && domain.Live is not null ? PackedFile.Read(path)
            : null;
        return content is null ? null : Planned(path, new FileContent(content));
    }

    /// <summary>The state of the TPM.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="next">The document that the domain has afterwards.</param>
    /// <param name="beside">A new process begins while the old one still has it.</param>
    /// <exception cref="VireoException">It cannot be read.</exception>
    public PlannedState? Tpm(QemuSnapshot snapshot, DomainConfig next, bool beside)
    {
        var content = domain.TpmStateOf(next) is not { } state ? null
            : !snapshot.Config.TpmState.IsEmpty ? StateContent.OfTpm(snapshot.Config.TpmState)
            : beside ? StateContent.OfTpm(state)
            : null;
        return content is null ? null : Planned(domain.TpmStateOf(next)!, content);
    }

    private PlannedState Planned(string path, StateContent content) => new(
        new ReplacedFile(path, OverlayFile.TemporaryName(path, operation), OverlayFile.TemporaryName(path, operation + ".old"), FileStatus.TryOf(path) is not null), content);
}
