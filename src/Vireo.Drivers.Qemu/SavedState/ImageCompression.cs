using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.SavedState;

/// <summary>How a file that holds a guest's memory is packed: what libvirt's <c>save_image_format</c> names, with its numbers.</summary>
public enum ImageCompression
{
    /// <summary>Not at all.</summary>
    Raw = 0,

    /// <summary>By gzip.</summary>
    Gzip = 1,

    /// <summary>By bzip2.</summary>
    Bzip2 = 2,

    /// <summary>By xz.</summary>
    Xz = 3,

    /// <summary>By lzop.</summary>
    Lzop = 4,

    /// <summary>By zstd.</summary>
    Zstd = 5,
}

/// <summary>The programs that pack and unpack.</summary>
internal static class CompressionPrograms
{
    /// <summary>What packs in a format; null for what is not packed.</summary>
    /// <param name="format">The format.</param>
    /// <param name="what">Whose setting chose it, for the error: <c>save</c>, <c>dump</c>.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: its program is not installed.</exception>
    public static FilterProgram? Pack(ImageCompression format, string what) => format == ImageCompression.Raw
        ? null
        : Find(format, "-c") ?? throw VireoException.OperationFailed(ErrorDomain.Qemu, $"Compression program for {what} image format in configuration file isn't available");

    /// <summary>What unpacks a format; null for what is not packed.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: nobody knows the format, or its program is not installed.</exception>
    public static FilterProgram? Unpack(ImageCompression format) => format switch
    {
        ImageCompression.Raw => null,
        _ when !Enum.IsDefined(format) => throw VireoException.OperationFailed(ErrorDomain.Qemu, $"Invalid compressed save format {(int)format}"),
        _ => Find(format, "-dc") ?? throw VireoException.OperationFailed(ErrorDomain.Qemu, $"the image is packed by {NameOf(format)}, which is not installed"),
    };

    private static string NameOf(ImageCompression format) => format switch
    {
        ImageCompression.Gzip => "gzip",
        ImageCompression.Bzip2 => "bzip2",
        ImageCompression.Xz => "xz",
        ImageCompression.Lzop => "lzop",
        _ => "zstd",
    };

    private static FilterProgram? Find(ImageCompression format, string option) => ProgramPath.Find(NameOf(format)) is { } path ? new FilterProgram(path, [option]) : null;
}
