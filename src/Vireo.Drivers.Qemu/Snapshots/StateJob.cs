using System.Buffers;
using System.Text;
using System.Text.Json;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>What a job of the hypervisor does with an internal snapshot that spans the guest's memory and disks.</summary>
internal enum StateJobKind
{
    /// <summary>Makes it.</summary>
    Save,

    /// <summary>Brings the guest back to it.</summary>
    Load,

    /// <summary>Removes it.</summary>
    Delete,
}

/// <summary>One job of the hypervisor upon an internal snapshot of all its disks: done for all of them, or it fails. The guest stands still meanwhile.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Id">Its name; the hypervisor knows the job by it until it is dismissed, so that a daemon that comes after a crash can ask how it ended.</param>
/// <param name="Tag">The snapshot's name.</param>
/// <param name="Memory">The target of the disk whose image holds the guest's memory.</param>
/// <param name="Targets">The disks.</param>
internal sealed record StateJob(StateJobKind Kind, string Id, string Tag, string Memory, IReadOnlyList<string> Targets)
{
    /// <summary>How many overlays stand on the images that are meant: other than 0 only to remove it, and its images are to be opened anew afterwards.</summary>
    public int Layer { get; init; }

    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(50);

    private string Command => Kind switch
    {
        StateJobKind.Save => "snapshot-save",
        StateJobKind.Load => "snapshot-load",
        _ => "snapshot-delete",
    };

    /// <summary>Runs the job to its end, which nothing cuts short. One that has succeeded stays known to the hypervisor until it is dismissed.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what the hypervisor says.</exception>
    public async Task RunAsync(QmpMonitor monitor, LiveDisks disks)
    {
        using var waiting = new CancellationTokenSource();
        var ended = monitor.WaitForEventAsync(e => e.Name == "JOB_STATUS_CHANGE" && e.Text("id") == Id && e.Text("status") == "concluded", waiting.Token);
        try
        {
            await monitor.ExecuteAsync(new QmpCommand(Command, Arguments(disks)), CancellationToken.None).ConfigureAwait(false);
            await ended.ConfigureAwait(false);
        }
        finally
        {
            await waiting.CancelAsync().ConfigureAwait(false);
            await ((Task)ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var jobs = await monitor.ExecuteAsync(Qmp.QueryJobs, CancellationToken.None).ConfigureAwait(false);
        if (jobs.FirstOrDefault(j => j.Id == Id)?.Error is { } error)
        {
            await monitor.ExecuteAsync(Qmp.JobDismiss(Id), CancellationToken.None).ConfigureAwait(false);
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"{Command} of '{Tag}' failed: {error}");
        }

        if (Layer == 0)
        {
            // A guest that stands still is not changed by this; but it has the hypervisor write what it still holds of the images' tables, so that a crash leaks no cluster.
            await monitor.ExecuteAsync("stop", CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for the end of a job that an earlier daemon has started, and dismisses it.</summary>
    /// <returns>Whether it has done its work: false when it has failed or was never started.</returns>
    public static async Task<bool> OutcomeAsync(ISnapshotDomain domain, string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var jobs = await domain.ExecuteAsync("query-jobs", null, cancellationToken).ConfigureAwait(false);
            var job = Qmp.QueryJobs.ReadReply(jobs).FirstOrDefault(j => j.Id == id);
            if (job is null)
            {
                return false;
            }

            if (job.Status == "concluded")
            {
                await DismissAsync(domain, id).ConfigureAwait(false);
                return job.Error is null;
            }

            await Task.Delay(s_pace, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has the hypervisor forget a job that has ended.</summary>
    public static async Task DismissAsync(ISnapshotDomain domain, string id) =>
        await domain.ExecuteAsync("job-dismiss", $$"""{"id":"{{id}}"}""", CancellationToken.None).ConfigureAwait(false);

    private string Arguments(LiveDisks disks)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("job-id"u8, Id);
            json.WriteString("tag"u8, Tag);
            if (Kind != StateJobKind.Delete)
            {
                json.WriteString("vmstate"u8, Node(disks, Memory));
            }

            json.WriteStartArray("devices"u8);
            foreach (var target in Targets)
            {
                json.WriteStringValue(Node(disks, target));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private string Node(LiveDisks disks, string target) => NodeNumbers.Format(
        (disks.Find(target) ?? throw VireoException.Internal(ErrorDomain.Qemu, $"disk '{target}' is not open")).Numbers[Layer]);
}
