using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.SavedState;

/// <summary>A complete file that holds a guest's memory, open.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Handle">It.</param>
/// <param name="Image">Its head.</param>
internal sealed record SavedFile(string Path, SafeFileHandle Handle, SaveImage Image) : IDisposable
{
    private const int DirectAlignment = 4096;

    /// <summary>Opens it.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="write">To change its head, too.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be opened; VIR_ERR_OPERATION_FAILED: it is no complete save image.</exception>
    public static SavedFile Open(string path, bool write = false)
    {
        var handle = HostFile.OpenExisting(path, write, "Failed to open file", ErrorDomain.Qemu);
        try
        {
            return new SavedFile(path, handle, SaveImage.Read(handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Removes a file that was left unfinished; one that says that it is complete stays.</summary>
    /// <returns>Whether it was unfinished.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static bool RemoveUnfinished(string path)
    {
        using (var handle = HostFile.OpenExisting(path, failure: "Failed to open file", domain: ErrorDomain.Qemu))
        {
            if (!SaveImage.IsUnfinished(handle))
            {
                return false;
            }
        }

        FileSystemCalls.Remove(path);
        return true;
    }

    /// <summary>Its document, and in its place another one that means the same machine.</summary>
    /// <param name="complete">Completes a document that was saved.</param>
    /// <param name="other">The other document; null for the file's own.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR; VIR_ERR_CONFIG_UNSUPPORTED: the machine would be another.</exception>
    public async ValueTask<DomainConfig> DocumentAsync(Func<DomainConfig, ValueTask<DomainConfig>> complete, string? other)
    {
        var own = await complete(DomainConfig.Parse(Image.DomainXml)).ConfigureAwait(false);
        if (other is null)
        {
            return own;
        }

        var given = await complete(DomainConfig.Parse(other) with { Id = null }).ConfigureAwait(false);
        AbiCheck.Require(own, given);
        return given;
    }

    /// <summary>The stream, unpacked.</summary>
    /// <param name="bypassCache">It is read past the host's cache of files; where the file's head does not allow it, through it.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it cannot be unpacked; VIR_ERR_SYSTEM_ERROR.</exception>
    public StreamFilter OpenStream(bool bypassCache)
    {
        var programs = new List<FilterProgram>();
        if (bypassCache && Image.StreamOffset % DirectAlignment == 0)
        {
            programs.Add(FilterProgram.PastCache(writes: false));
        }

        if (CompressionPrograms.Unpack(Image.Compression) is { } unpack)
        {
            programs.Add(unpack);
        }

        var file = HostFile.OpenExisting(Path, failure: "Failed to open file", domain: ErrorDomain.Qemu);
        FileSystemCalls.SetPosition(file, Path, Image.StreamOffset);
        return StreamFilter.From(file, programs);
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
