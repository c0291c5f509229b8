namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>Abilities that are seen only in the schema of QEMU's monitor.</summary>
internal enum QemuFeature
{
    /// <summary>An image's node can be opened anew with other options.</summary>
    BlockdevReopen,

    /// <summary>The job of a commit may be completed into any node.</summary>
    BlockCommitAnyNode,

    /// <summary>Internal snapshots by jobs of the monitor.</summary>
    SnapshotJobs,

    /// <summary>Objects are described in the schema, so -object takes JSON.</summary>
    ObjectJson,

    /// <summary>-netdev takes JSON.</summary>
    NetdevJson,

    /// <summary>-device takes JSON.</summary>
    DeviceJson,

    /// <summary>Sockets and passt through the stream net device.</summary>
    NetdevStream,

    /// <summary>Memory backed by memfd.</summary>
    MemoryMemfd,

    /// <summary>Disks in raw images can be told to use io_uring.</summary>
    FileIoUring,

    /// <summary>blockdev-create.</summary>
    BlockdevCreate,

    /// <summary>The clipboard of a VNC or SPICE session.</summary>
    VdagentChardev,

    /// <summary>A display served over D-Bus.</summary>
    DisplayDbus,

    /// <summary>A window of its own.</summary>
    DisplaySdl,

    /// <summary>OpenGL without a window.</summary>
    DisplayEglHeadless,

    /// <summary>SEV that measures the kernel which is booted directly.</summary>
    SevKernelHashes,
}

/// <summary>Where each feature is found.</summary>
internal static class QemuFeaturePaths
{
    /// <summary>The path of each feature, as <see cref="QmpSchema.Has"/> reads it.</summary>
    public static IReadOnlyDictionary<QemuFeature, string> All { get; } = new Dictionary<QemuFeature, string>
    {
        [QemuFeature.BlockdevReopen] = "blockdev-reopen",
        [QemuFeature.BlockCommitAnyNode] = "block-commit.top-node",
        [QemuFeature.SnapshotJobs] = "snapshot-save",
        [QemuFeature.ObjectJson] = "object-add.qom-type=secret",
        [QemuFeature.NetdevJson] = "netdev_add.type=user",
        [QemuFeature.NetdevStream] = "netdev_add.type=stream",
        [QemuFeature.MemoryMemfd] = "object-add.qom-type=memory-backend-memfd",
        [QemuFeature.FileIoUring] = "blockdev-add.driver=file.aio=io_uring",
        [QemuFeature.BlockdevCreate] = "blockdev-create",
        [QemuFeature.VdagentChardev] = "chardev-add.backend.type=qemu-vdagent",
        [QemuFeature.DisplaySdl] = "query-display-options()type=sdl",
        [QemuFeature.DisplayEglHeadless] = "query-display-options()type=egl-headless",
        [QemuFeature.SevKernelHashes] = "object-add.qom-type=sev-guest.kernel-hashes",
        [QemuFeature.DisplayDbus] = "query-display-options()type=dbus",
    };
}
