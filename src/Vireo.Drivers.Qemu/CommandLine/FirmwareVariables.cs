using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The file that keeps a UEFI guest's variables.</summary>
internal static class FirmwareVariables
{
    /// <summary>The variables' file of a document; null when it has none of its own on this host.</summary>
    public static string? PathOf(OsConfig os) => FirmwareArguments.IsFlash(os) ? os.Nvram?.Path ?? os.Nvram?.Source?.File : null;

    /// <summary>Where the variables lie; null when the document has none.</summary>
    public static ImageLocation? LocationOf(OsConfig os) =>
        !FirmwareArguments.IsFlash(os) ? null
        : os.Nvram?.Source is { } source ? DiskDocuments.Location(os.Nvram.Type ?? DiskType.File, source, "nvram")
        : os.Nvram?.Path is { } path ? new FileLocation(path) : null;

    /// <summary>Makes the file from its template where it is not there yet.</summary>
    /// <param name="os">What is booted.</param>
    /// <param name="reset">Makes it anew even where it is there.</param>
    /// <returns>Whether it was made.</returns>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_FAILED: no template is known; VIR_ERR_SYSTEM_ERROR: it cannot be read, or the file not written; VIR_ERR_OPERATION_UNSUPPORTED: there is no file to be made anew.
    /// </exception>
    public static async ValueTask<bool> EnsureAsync(OsConfig os, bool reset, CancellationToken cancellationToken)
    {
        if (reset && LocationOf(os) is not (null or FileLocation))
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "resetting of nvram is not supported where it is no file; write the template to it while the domain is shut off");
        }

        if (PathOf(os) is not { } path || (!reset && File.Exists(path)))
        {
            return false;
        }

        await AtomicFile.WriteAsync(path, await ReadTemplateAsync(os, cancellationToken).ConfigureAwait(false), cancellationToken: cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The variables of a machine that has never run.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: no template is known; VIR_ERR_SYSTEM_ERROR: it cannot be read.</exception>
    public static async ValueTask<byte[]> ReadTemplateAsync(OsConfig os, CancellationToken cancellationToken)
    {
        var template = os.Nvram?.Template ?? Capabilities.FirmwareDescriptions.WellKnownTemplate(os.Loader!.Path!) ?? MasterOf(os.Loader.Path!)
            ?? throw VireoException.OperationFailed(ErrorDomain.Qemu, $"unable to find any master var store for loader: {os.Loader.Path}; name one in <nvram template=…>");
        try
        {
            return await File.ReadAllBytesAsync(template, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw VireoException.System(ErrorDomain.Qemu, 2, $"Failed to open file '{template}': No such file or directory", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw VireoException.System(ErrorDomain.Qemu, 13, $"Failed to open file '{template}': Permission denied", e);
        }
    }

    /// <summary>The pristine variables that go with a firmware image of the distributions.</summary>
    private static string? MasterOf(string loader)
    {
        var name = Path.GetFileName(loader);
        var master = name.Contains("_CODE", StringComparison.Ordinal) ? name.Replace("_CODE", "_VARS", StringComparison.Ordinal).Replace(".secboot", "", StringComparison.Ordinal) : null;
        return master is null ? null : Path.Combine(Path.GetDirectoryName(loader) ?? "/", master);
    }
}
