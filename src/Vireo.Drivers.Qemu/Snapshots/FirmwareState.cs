using System.IO.Compression;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.CommandLine;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>A UEFI guest's variables as a snapshot's stored metadata has them, so that they are written, forgotten and taken back with it: most of the file is empty, the rest small.</summary>
internal static class FirmwareState
{
    private const int LargestFile = 16 << 20;

    /// <summary>What is captured of a machine that has never run: its variables do not exist yet.</summary>
    public const string NeverRun = "";

    /// <summary>The variables of a domain, packed; null when it is not to have any.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR, VIR_ERR_CONFIG_UNSUPPORTED: the file cannot be read, or is too large to be one.</exception>
    public static string? Capture(DomainConfig config)
    {
        if (FirmwareVariables.PathOf(config.Os) is not { } path)
        {
            return null;
        }

        if (FileStatus.TryOf(path) is null)
        {
            return NeverRun;
        }

        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal))
        {
            deflate.Write(Read(path));
        }

        return Convert.ToBase64String(packed.ToArray());
    }

    /// <summary>The variables that a snapshot has captured.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the metadata is broken.</exception>
    public static byte[] Unpack(string captured)
    {
        try
        {
            using var deflate = new DeflateStream(new MemoryStream(Convert.FromBase64String(captured)), CompressionMode.Decompress);
            var content = new byte[LargestFile];
            return content[..deflate.ReadAtLeast(content, LargestFile, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            throw VireoException.Internal(ErrorDomain.DomainSnapshot, $"the firmware's variables in the snapshot's metadata are broken: {e.Message}", e);
        }
    }

    /// <summary>The variables as they are now.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return FileStatus.TryOf(path) is { Kind: FileKind.Regular } && new FileInfo(path).Length <= LargestFile
                ? File.ReadAllBytes(path)
                : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"nvram file '{path}' is no regular file of {LargestFile} bytes at most");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VireoException.System(ErrorDomain.Qemu, e.HResult & 0xffff, $"cannot read nvram file '{path}': {e.Message}", e);
        }
    }
}
