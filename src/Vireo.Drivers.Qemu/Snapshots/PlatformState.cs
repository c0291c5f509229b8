using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Tpm;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// What a guest keeps outside its disks: the variables of its firmware, and the state of its TPM. It lies in the stored metadata of a snapshot, so that it is written,
/// forgotten and taken back with that.
/// </summary>
/// <param name="Variables">The firmware's variables, packed; null when there are none.</param>
/// <param name="Tpm">The files of the TPM's state; none when there is no TPM, or one that has never run.</param>
internal sealed record PlatformState(string? Variables, ConfigList<CapturedFile> Tpm)
{
    /// <summary>What is captured as the variables of a machine that has never run: they do not exist yet.</summary>
    public const string NeverRun = "";

    /// <summary>It as it is now.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="config">Its document.</param>
    /// <param name="place">Where what belongs at a path lies; null when everything lies where it belongs.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR, VIR_ERR_CONFIG_UNSUPPORTED: a file of it cannot be read, or is too large to be one.</exception>
    public static PlatformState Capture(ISnapshotDomain domain, DomainConfig config, Func<string, string>? place = null)
    {
        place ??= path => path;
        return new(
            domain.VariablesOf(config) is not { } path ? null : FileStatus.TryOf(place(path)) is null ? NeverRun : PackedFile.Pack(place(path)),
            domain.TpmStateOf(config) is { } state ? [.. TpmStorage.FilesOf(place(state)).Select(file => new CapturedFile { Name = Path.GetFileName(file), Content = PackedFile.Pack(file) })] : []);
    }

    /// <summary>It as a snapshot has it.</summary>
    public static PlatformState Of(DomainSnapshotConfig config) => new(config.FirmwareVariables, config.TpmState);

    /// <summary>A snapshot's stored document with it.</summary>
    public DomainSnapshotConfig In(DomainSnapshotConfig config) => config with { FirmwareVariables = Variables, TpmState = Tpm };
}
