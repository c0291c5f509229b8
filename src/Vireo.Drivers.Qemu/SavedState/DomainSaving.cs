using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.SavedState;

/// <summary>How a domain is to be saved.</summary>
/// <param name="Path">The file; what is there is replaced.</param>
internal sealed record SaveRequest(string Path)
{
    /// <summary>How it is packed.</summary>
    public ImageCompression Compression { get; init; }

    /// <summary>Past the host's cache of files.</summary>
    public bool BypassCache { get; init; }

    /// <summary>Whether the guest runs when it is restored; null for as it does now.</summary>
    public bool? Running { get; init; }

    /// <summary>The document to put into the file; null for the domain's own.</summary>
    public string? DomainXml { get; init; }
}

/// <summary>Saves a running domain into a file, which ends it. A save that fails leaves the guest as it was, and no file.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="process">Its process.</param>
internal sealed class DomainSaving(QemuDomain domain, QemuProcess process)
{
    private QemuHypervisor Hypervisor => domain.Hypervisor;

    /// <summary>Saves it.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: it cannot be saved now; VIR_ERR_SYSTEM_ERROR, VIR_ERR_OPERATION_FAILED: the file could not be written.</exception>
    public async ValueTask RunAsync(SaveRequest request, CancellationToken cancellationToken)
    {
        var memory = new OutgoingMemory(domain, process, "domain save job");
        await memory.RefuseAsync(cancellationToken).ConfigureAwait(false);
        var document = await DocumentAsync(request.DomainXml, cancellationToken).ConfigureAwait(false);
        var file = new MemoryFile(domain, process, new MemoryTransfer(request.Path, domain.View.State == DomainState.Running, IsSave: true));
        var head = new SaveImage(document.ToXml(), request.Running ?? file.Transfer.WasRunning) { Compression = request.Compression, Cookie = new SaveCookie(process.Live.Cpu).ToXml() };
        await UndoStack.RunAsync(
            async undo =>
            {
                await file.BeginAsync(DomainPausedReason.Save, DomainRunningReason.SaveCanceled, head, undo, cancellationToken).ConfigureAwait(false);
                FaultPoint.Hit(FaultPoints.SaveBegun);
                await file.WriteAsync(memory.SendAsync, CompressionPrograms.Pack(request.Compression, "save"), request.BypassCache, cancellationToken).ConfigureAwait(false);
                FaultPoint.Hit(FaultPoints.SaveWritten);
                file.MarkComplete();
                FaultPoint.Hit(FaultPoints.SaveComplete);
            },
            failure => Hypervisor.Snapshots.Report(failure.What, failure.Error)).ConfigureAwait(false);
        process.WillEnd(EndCause.Of(DomainShutoffReason.Saved));
        await process.EndAsync().ConfigureAwait(false);
        await Hypervisor.Stopper.FinishAsync(domain, process).ConfigureAwait(false);
    }

    private async ValueTask<DomainConfig> DocumentAsync(string? other, CancellationToken cancellationToken)
    {
        var own = MigratableDocument.OfRun(domain.View.Live!, domain.View.NextConfig, process);
        if (other is null)
        {
            return own;
        }

        var given = await Hypervisor.Builder.CompleteSavedAsync(DomainConfig.Parse(other) with { Id = null }, cancellationToken).ConfigureAwait(false);
        AbiCheck.Require(own, MigratableDocument.Of(given));
        return MigratableDocument.Of(given);
    }
}
