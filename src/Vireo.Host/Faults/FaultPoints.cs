using System.Collections.Frozen;

namespace Vireo.Host.Faults;

/// <summary>The name of every fault point, in the order in which an operation passes them. Tests enumerate <see cref="All"/>, so none is left out.</summary>
public static class FaultPoints
{
    /// <summary>Snapshot create: everything is checked, nothing is written.</summary>
    public const string CreatePlanned = "snapshot.create.planned";

    /// <summary>Snapshot create: the journal holds the plan, no other file exists.</summary>
    public const string CreateJournalled = "snapshot.create.journalled";

    /// <summary>Snapshot create: one overlay is written under its temporary name; hit once a disk.</summary>
    public const string CreateOverlayWritten = "snapshot.create.overlay-written";

    /// <summary>Snapshot create: one overlay has its final name; hit once a disk.</summary>
    public const string CreateOverlayNamed = "snapshot.create.overlay-named";

    /// <summary>Snapshot create: all overlays are in place and on stable storage.</summary>
    public const string CreateOverlaysMade = "snapshot.create.overlays-made";

    /// <summary>Snapshot create: one image of a domain that is shut off holds the internal snapshot; hit once a disk.</summary>
    public const string CreateTagMade = "snapshot.create.tag-made";

    /// <summary>Snapshot create: the hypervisor has made the internal snapshot, memory included; the journal does not say so yet.</summary>
    public const string CreateStateSaved = "snapshot.create.state-saved";

    /// <summary>Snapshot create: the memory of the guest is saved, its disks are not yet switched.</summary>
    public const string CreateMemorySaved = "snapshot.create.memory-saved";

    /// <summary>Snapshot create: the hypervisor knows the overlays, the guest does not use them.</summary>
    public const string CreateNodesAdded = "snapshot.create.nodes-added";

    /// <summary>Snapshot create: the guest's file systems are frozen, its disks are not yet switched.</summary>
    public const string CreateFrozen = "snapshot.create.frozen";

    /// <summary>Snapshot create: the guest writes to the overlays, and is still frozen if it was; the journal does not say so yet.</summary>
    public const string CreateSwapped = "snapshot.create.swapped";

    /// <summary>Snapshot create: the journal says that the change is to be finished; no document is written.</summary>
    public const string CreateCommitted = "snapshot.create.committed";

    /// <summary>Snapshot create: the documents are written, the journal is still there.</summary>
    public const string CreateDocumentsWritten = "snapshot.create.documents-written";

    /// <summary>Snapshot revert: everything is checked, nothing is written.</summary>
    public const string RevertPlanned = "snapshot.revert.planned";

    /// <summary>Snapshot revert: the journal holds the plan.</summary>
    public const string RevertJournalled = "snapshot.revert.journalled";

    /// <summary>Snapshot revert: one new overlay is written under its temporary name; hit once a disk.</summary>
    public const string RevertOverlayWritten = "snapshot.revert.overlay-written";

    /// <summary>Snapshot revert: one new overlay has its final name; hit once a disk.</summary>
    public const string RevertOverlayNamed = "snapshot.revert.overlay-named";

    /// <summary>Snapshot revert: the new overlays are in place and on stable storage.</summary>
    public const string RevertOverlaysMade = "snapshot.revert.overlays-made";

    /// <summary>Snapshot revert: the firmware's variables are the snapshot's, no new hypervisor process is started yet.</summary>
    public const string RevertFirmwareReplaced = "snapshot.revert.firmware-replaced";

    /// <summary>Snapshot revert: the new hypervisor process stands paused beside the old one.</summary>
    public const string RevertProcessStarted = "snapshot.revert.process-started";

    /// <summary>Snapshot revert: the present state stands still and is kept, as a file of its memory or within its images.</summary>
    public const string RevertPresentKept = "snapshot.revert.present-kept";

    /// <summary>Snapshot revert: the new process is verified; the old one still has the guest.</summary>
    public const string RevertVerified = "snapshot.revert.verified";

    /// <summary>Snapshot revert: the journal says that the change is to be finished; the old process is still there.</summary>
    public const string RevertCommitted = "snapshot.revert.committed";

    /// <summary>Snapshot revert: the old process is gone.</summary>
    public const string RevertOldStopped = "snapshot.revert.old-stopped";

    /// <summary>Snapshot revert: one image is back at its internal snapshot; hit once a disk.</summary>
    public const string RevertTagApplied = "snapshot.revert.tag-applied";

    /// <summary>Snapshot revert: the hypervisor is about to load the internal snapshot.</summary>
    public const string RevertLoading = "snapshot.revert.loading";

    /// <summary>Snapshot revert: the hypervisor has loaded the internal snapshot; the journal does not say so yet.</summary>
    public const string RevertStateLoaded = "snapshot.revert.state-loaded";

    /// <summary>Snapshot revert: the documents are written, the abandoned overlays still exist.</summary>
    public const string RevertDocumentsWritten = "snapshot.revert.documents-written";

    /// <summary>Snapshot revert: an abandoned overlay is removed; hit once a file.</summary>
    public const string RevertFileRetired = "snapshot.revert.file-retired";

    /// <summary>Snapshot delete: everything is checked, nothing is written.</summary>
    public const string DeletePlanned = "snapshot.delete.planned";

    /// <summary>Snapshot delete: the snapshots are marked as being deleted; no data is touched.</summary>
    public const string DeleteMarked = "snapshot.delete.marked";

    /// <summary>Snapshot delete: an image that an overlay of a running guest stands on is open for writing, to have an internal snapshot removed; hit once an image.</summary>
    public const string DeleteImageOpened = "snapshot.delete.image-opened";

    /// <summary>Snapshot delete: an internal snapshot is removed from one image; hit once an image.</summary>
    public const string DeleteTagRemoved = "snapshot.delete.tag-removed";

    /// <summary>Snapshot delete: before images are merged; hit once a merge.</summary>
    public const string DeleteMerge = "snapshot.delete.merge";

    /// <summary>Snapshot delete: images are merged, the metadata does not say so; hit once a merge.</summary>
    public const string DeleteMerged = "snapshot.delete.merged";

    /// <summary>Snapshot delete: a file that was merged is removed; hit once a file.</summary>
    public const string DeleteFileRetired = "snapshot.delete.file-retired";

    /// <summary>Snapshot delete: the journal says that the change is to be finished; no document is touched.</summary>
    public const string DeleteCommitted = "snapshot.delete.committed";

    /// <summary>Snapshot delete: the documents are written or removed, the journal is still there.</summary>
    public const string DeleteDocumentsWritten = "snapshot.delete.documents-written";

    /// <summary>Block job: the documents say what has become of the images, the hypervisor still knows the job.</summary>
    public const string JobConcluded = "blockjob.concluded";

    /// <summary>Block job: the hypervisor has forgotten it and still has the images open that nobody uses any more.</summary>
    public const string JobDismissed = "blockjob.dismissed";

    /// <summary>Snapshot clone: everything is checked, nothing is written.</summary>
    public const string ClonePlanned = "snapshot.clone.planned";

    /// <summary>Snapshot clone: the journal holds the plan, no other file exists.</summary>
    public const string CloneJournalled = "snapshot.clone.journalled";

    /// <summary>Snapshot clone: one file of the new domain is written under its temporary name; hit once a file.</summary>
    public const string CloneImageWritten = "snapshot.clone.image-written";

    /// <summary>Snapshot clone: one file of the new domain has its final name; hit once a file.</summary>
    public const string CloneImageNamed = "snapshot.clone.image-named";

    /// <summary>Snapshot clone: all files are there; nobody knows the domain.</summary>
    public const string CloneFilesMade = "snapshot.clone.files-made";

    /// <summary>Snapshot clone: the journal says that the change is to be finished; the definition is not written.</summary>
    public const string CloneCommitted = "snapshot.clone.committed";

    /// <summary>Snapshot clone: the definition is written, the journal is still there.</summary>
    public const string CloneDocumentsWritten = "snapshot.clone.documents-written";

    /// <summary>Snapshot export: everything is checked, nothing is written.</summary>
    public const string ExportPlanned = "snapshot.export.planned";

    /// <summary>Snapshot export: the archive is written under its temporary name.</summary>
    public const string ExportWritten = "snapshot.export.written";

    /// <summary>Snapshot export: the archive has its final name, the journal is still there.</summary>
    public const string ExportNamed = "snapshot.export.named";

    /// <summary>Snapshot import: everything is checked, nothing is written; the domain's name is taken.</summary>
    public const string ImportPlanned = "snapshot.import.planned";

    /// <summary>Snapshot import: the journal holds the plan, no other file exists.</summary>
    public const string ImportJournalled = "snapshot.import.journalled";

    /// <summary>Snapshot import: one file is written under its temporary name; hit once a file.</summary>
    public const string ImportFileWritten = "snapshot.import.file-written";

    /// <summary>Snapshot import: one file has its final name; hit once a file.</summary>
    public const string ImportFileNamed = "snapshot.import.file-named";

    /// <summary>Snapshot import: all files are there, no document is.</summary>
    public const string ImportFilesMade = "snapshot.import.files-made";

    /// <summary>Snapshot import: the journal says that the change is to be finished; no document is in its place.</summary>
    public const string ImportCommitted = "snapshot.import.committed";

    /// <summary>Snapshot import: the documents are written, the journal is still there.</summary>
    public const string ImportDocumentsWritten = "snapshot.import.documents-written";

    /// <summary>Hot plug: what the device stands upon on the host is there, the live state does not tell of it.</summary>
    public const string PlugConnected = "device.plug.connected";

    /// <summary>Hot plug: the live state tells of the device, QEMU does not have it.</summary>
    public const string PlugAnnounced = "device.plug.announced";

    /// <summary>Hot plug: QEMU has the device; nobody has been told.</summary>
    public const string PlugMade = "device.plug.made";

    /// <summary>Media: the drive is empty, the live state tells of the new medium.</summary>
    public const string PlugMediumOut = "device.plug.medium-out";

    /// <summary>Hot unplug: the guest has been asked to let the device go.</summary>
    public const string UnplugAsked = "device.unplug.asked";

    /// <summary>Hot unplug: QEMU has nothing of the device any more, the live state tells of it.</summary>
    public const string UnplugCleared = "device.unplug.cleared";

    /// <summary>Save: the guest stands still, and the file is made and said to be unfinished.</summary>
    public const string SaveBegun = "save.begun";

    /// <summary>Save: the file has all of the guest's memory, and is said to be unfinished.</summary>
    public const string SaveWritten = "save.written";

    /// <summary>Save: the file is complete, the guest is still there.</summary>
    public const string SaveComplete = "save.complete";

    /// <summary>Journal: one document is written or removed; hit once a document.</summary>
    public const string JournalDocument = "journal.document";

    /// <summary>Every fault point.</summary>
    public static FrozenSet<string> All { get; } = FrozenSet.ToFrozenSet(
        [
            CreatePlanned, CreateJournalled, CreateOverlayWritten, CreateOverlayNamed, CreateOverlaysMade, CreateTagMade, CreateStateSaved, CreateMemorySaved, CreateNodesAdded,
            CreateFrozen, CreateSwapped, CreateCommitted, CreateDocumentsWritten,
            RevertPlanned, RevertJournalled, RevertOverlayWritten, RevertOverlayNamed, RevertOverlaysMade, RevertFirmwareReplaced, RevertProcessStarted, RevertPresentKept, RevertVerified,
            RevertCommitted, RevertOldStopped, RevertTagApplied, RevertLoading, RevertStateLoaded, RevertDocumentsWritten, RevertFileRetired,
            DeletePlanned, DeleteMarked, DeleteImageOpened, DeleteTagRemoved, DeleteMerge, DeleteMerged, DeleteFileRetired, DeleteCommitted, DeleteDocumentsWritten,
            ClonePlanned, CloneJournalled, CloneImageWritten, CloneImageNamed, CloneFilesMade, CloneCommitted, CloneDocumentsWritten,
            ExportPlanned, ExportWritten, ExportNamed,
            ImportPlanned, ImportJournalled, ImportFileWritten, ImportFileNamed, ImportFilesMade, ImportCommitted, ImportDocumentsWritten,
            PlugConnected, PlugAnnounced, PlugMade, PlugMediumOut, UnplugAsked, UnplugCleared,
            SaveBegun, SaveWritten, SaveComplete,
            JobConcluded, JobDismissed, JournalDocument,
        ],
        StringComparer.Ordinal);
}
