using Vireo.Config;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Verification;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <content>Its snapshots held against their images.</content>
internal sealed partial class DomainSnapshots
{
    /// <summary>Finds what is wrong, after it has put right what it can.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="flags">REPAIR: whether anything is put right.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<SnapshotVerificationConfig> VerifyAsync(ISnapshotDomain domain, DomainSnapshotVerifyFlags flags, CancellationToken cancellationToken)
    {
        var repair = flags.HasFlag(DomainSnapshotVerifyFlags.Repair);
        var findings = new Findings();
        if (repair)
        {
            await RestoreAsync(domain, findings, cancellationToken).ConfigureAwait(false);
        }

        var verification = new SnapshotVerification(domain, Tree, _store, findings);
        return await Task.Run(
            async () =>
            {
                verification.Look();
                return await verification.ConcludeAsync(repair, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RestoreAsync(ISnapshotDomain domain, Findings findings, CancellationToken cancellationToken)
    {
        var before = new SnapshotVerification(domain, Tree, _store, new Findings());
        var lost = await Task.Run(
            () =>
            {
                before.Look();
                JournalActions.Write([.. before.Unstored.Select(s => _store.Change(null, s))]);
                return new LostSnapshots(domain, before, _store).Documents();
            },
            cancellationToken).ConfigureAwait(false);
        foreach (var snapshot in before.Unstored)
        {
            findings.Repaired("its stored metadata was lost and is stored again", [snapshot.Name], _store.PathOf(snapshot.Name));
        }

        foreach (var document in lost)
        {
            try
            {
                await CreateAsync(domain, document.ToXml(), DomainSnapshotCreateFlags.Redefine, cancellationToken).ConfigureAwait(false);
                findings.Repaired("its metadata was lost and is rebuilt from its data; description and parent are not known any more", [document.Name!], _store.PathOf(document.Name!));
            }
            catch (VireoException e)
            {
                findings.Error($"its metadata cannot be rebuilt: {e.Message}", "redefine it by hand (snapshot-create --redefine)", [document.Name!]);
            }
        }

        if (lost.Count > 0)
        {
            // Those that were taken on a lost one, and the mark of the current one, find it again.
            var tree = await Task.Run(() => _store.Load(_settings.Report), cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _tree, tree);
        }
    }
}
