using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// What the snapshot engine needs of a domain. Everything that changes something is called within the domain's modifying job, so that nothing else
/// changes the domain meanwhile. Whoever implements it decides how a process is started and stopped; the engine decides when.
/// </summary>
internal interface ISnapshotDomain
{
    /// <summary>The domain's identity.</summary>
    Guid Uuid { get; }

    /// <summary>The domain's name.</summary>
    string Name { get; }

    /// <summary>Whether it survives its own shutdown.</summary>
    bool IsPersistent { get; }

    /// <summary>The live document (the document as it runs, without what is only shown); null when the domain is shut off.</summary>
    DomainConfig? Live { get; }

    /// <summary>The persistent document; null for a transient domain.</summary>
    DomainConfig? Persistent { get; }

    /// <summary>Running, paused, shut off, …</summary>
    DomainState State { get; }

    /// <summary>The disks as the hypervisor has them open; null when the domain is shut off.</summary>
    LiveDisks? Disks { get; }

    /// <summary>Whether it has checkpoints, for which the hypervisor records in dirty bitmaps what the guest changes.</summary>
    bool HasCheckpoints { get; }

    /// <summary>The hypervisor process; null when the domain is shut off.</summary>
    ProcessIdentity? Process { get; }

    /// <summary>Images that other domains use, bases of their chains included: never removed.</summary>
    IReadOnlyCollection<FileIdentity> ImagesOfOtherDomains();

    /// <summary>User and group that new images belong to; null when the hypervisor runs as we do.</summary>
    (uint User, uint Group)? ImageOwner { get; }

    /// <summary>Where the firmware's variables of a document of the domain's lie, made or not; null when it has none of its own on this host.</summary>
    string? VariablesOf(DomainConfig config);

    /// <summary>A document of the domain's with the firmware that a start chooses.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: there is none.</exception>
    DomainConfig WithFirmware(DomainConfig config);

    /// <summary>The directory that the TPM of a document of the domain's keeps its state in, made or not; null when there is no emulated TPM.</summary>
    string? TpmStateOf(DomainConfig config);

    /// <summary>How the documents on disk change when the domain gets these: the persistent definition (when not null) and the live state (when the domain runs).</summary>
    /// <param name="live">The live document; null when the domain will not be running.</param>
    /// <param name="persistent">The persistent document; null for a transient domain.</param>
    /// <param name="disks">The disks of the live domain.</param>
    IReadOnlyList<DocumentChange> DocumentChanges(DomainConfig? live, DomainConfig? persistent, LiveDisks? disks);

    /// <summary>Takes the new documents over in memory; those on disk are written already.</summary>
    void Adopt(DomainConfig? live, DomainConfig? persistent, LiveDisks? disks);

    /// <summary>Puts documents in their places while nobody else writes the live state, which is among them; what has become of that since it was planned is written after it.</summary>
    /// <param name="place">Does it.</param>
    /// <exception cref="VireoException">What <paramref name="place"/> throws.</exception>
    ValueTask PlaceAsync(Action place);

    /// <summary>Takes the files of images that the hypervisor is about to open.</summary>
    /// <param name="disks">The disks as they will be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_RESOURCE_BUSY: another domain writes to one; VIR_ERR_SYSTEM_ERROR.</exception>
    ValueTask ClaimAsync(LiveDisks disks, CancellationToken cancellationToken);

    /// <summary>Has the live state written soon.</summary>
    void SaveStatusSoon();

    /// <summary>Sends one command to the hypervisor's monitor.</summary>
    /// <param name="command">Its name.</param>
    /// <param name="argumentsJson">Its arguments as a JSON object; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="VireoException">What the hypervisor answered.</exception>
    ValueTask<JsonElement> ExecuteAsync(string command, string? argumentsJson, CancellationToken cancellationToken);

    /// <summary>Has the hypervisor read a command that it is to run a little later, see <see cref="HeldCommand"/>.</summary>
    /// <param name="command">The command.</param>
    /// <param name="argumentsJson">Its arguments as a JSON object.</param>
    /// <exception cref="VireoException">The monitor is gone.</exception>
    HeldCommand Hold(string command, string argumentsJson);

    /// <summary>Runs a job of the hypervisor upon an internal snapshot to its end; it stays known until it is dismissed.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what the hypervisor says.</exception>
    ValueTask RunJobAsync(StateJob job);

    /// <summary>A document of the domain as it was: with what it leaves open filled in.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, …: it could not be defined.</exception>
    ValueTask<DomainConfig> CompleteAsync(DomainConfig config, CancellationToken cancellationToken);

    /// <summary>Says that the domain is what a snapshot was: why it is paused, if it is, and the event of its new definition.</summary>
    /// <param name="memory">Whether its memory is the snapshot's; else it was booted.</param>
    void TellReverted(bool memory);

    /// <summary>Notes how far the operation is, for those who ask.</summary>
    void Progressed(JobProgress progress);

    /// <summary>Merges images that the hypervisor has open, while the guest goes on; the documents follow.</summary>
    /// <param name="merge">The merge.</param>
    /// <param name="progress">Told how much of it is done, from 0 to 1.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it failed; the guest goes on with the images it had.</exception>
    ValueTask MergeAsync(PlannedMerge merge, Action<double> progress, CancellationToken cancellationToken);

    /// <summary>Stops the guest's CPUs; sets state, reason and sends the suspended event.</summary>
    ValueTask PauseAsync(DomainPausedReason reason, CancellationToken cancellationToken);

    /// <summary>Lets the guest's CPUs run; sets state, reason and sends the resumed event.</summary>
    ValueTask ResumeAsync(DomainRunningReason reason, CancellationToken cancellationToken);

    /// <summary>Writes the memory of the guest into the file from its current position on and returns when all is written; the guest ends paused.</summary>
    ValueTask SaveMemoryAsync(SafeFileHandle file, CancellationToken cancellationToken);

    /// <summary>Asks the guest's agent to freeze its file systems, for a bounded time. When it throws they are not left frozen, or the message says so.</summary>
    /// <exception cref="VireoException">VIR_ERR_AGENT_UNRESPONSIVE, VIR_ERR_ARGUMENT_UNSUPPORTED: there is no agent, or it does not answer.</exception>
    ValueTask FreezeAsync(CancellationToken cancellationToken);

    /// <summary>Thaws them. When it throws it is tried again later, as soon as the agent is back.</summary>
    /// <exception cref="VireoException">VIR_ERR_AGENT_UNRESPONSIVE, VIR_ERR_INTERNAL_ERROR: the agent does not answer, or refuses.</exception>
    ValueTask ThawAsync(CancellationToken cancellationToken);

    /// <summary>Ends the hypervisor process; the domain is shut off, the stopped event has the detail from-snapshot.</summary>
    ValueTask StopAsync(DomainShutoffReason reason, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a second hypervisor process for the domain, paused, beside the one that may be running. The domain's own state stays as it is.
    /// </summary>
    /// <param name="config">The document to start, an inactive one or the saved live one.</param>
    /// <param name="memory">A file positioned at the memory to load; null to boot.</param>
    /// <param name="cancellationToken">Gives up; nothing is left then.</param>
    ValueTask<IReplacementProcess> StartReplacementAsync(DomainConfig config, SafeFileHandle? memory, CancellationToken cancellationToken);
}

/// <summary>A hypervisor process that stands paused beside the domain's own. Disposing it before <see cref="TakeOverAsync"/> ends it without a trace.</summary>
internal interface IReplacementProcess : IAsyncDisposable
{
    /// <summary>Which process it is, for the journal.</summary>
    ProcessIdentity Process { get; }

    /// <summary>The live document that belongs to it.</summary>
    DomainConfig Live { get; }

    /// <summary>Its disks.</summary>
    LiveDisks Disks { get; }

    /// <summary>Runs a job upon an internal snapshot in this process; as <see cref="ISnapshotDomain.RunJobAsync"/>.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what the hypervisor says.</exception>
    ValueTask RunJobAsync(StateJob job);

    /// <summary>How the live state on disk changes when this process becomes the domain's.</summary>
    /// <param name="persistent">The persistent document then.</param>
    IReadOnlyList<DocumentChange> DocumentChanges(DomainConfig? persistent);

    /// <summary>
    /// Ends the domain's old process, if any (stopped event), and makes this one the domain's, with state paused (started event).
    /// </summary>
    ValueTask TakeOverAsync(DomainConfig? persistent, CancellationToken cancellationToken);
}
