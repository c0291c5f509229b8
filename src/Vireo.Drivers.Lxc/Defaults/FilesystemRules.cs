using Vireo.Config;

namespace Vireo.Drivers.Lxc.Defaults;

/// <summary>File systems: the container's root and what is mounted in it.</summary>
internal static class FilesystemRules
{
    /// <summary>Fills in kind and rights, and counts memory in KiB.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_SOURCE, VIR_ERR_NO_TARGET, VIR_ERR_XML_ERROR: it says too little.</exception>
    public static FilesystemConfig Apply(FilesystemConfig filesystem)
    {
        var type = filesystem.Type ?? FilesystemType.Mount;
        var source = filesystem.Source;
        if (type == FilesystemType.Volume && (source?.Pool is null != source?.Volume is null))
            throw VireoException.InvalidXml(ErrorDomain.Domain, "'pool' and 'volume' must be specified together for 'pool' type source");
        if (type == FilesystemType.Ram)
            source = Memory(source);
        var name = type switch
        {
            FilesystemType.Block => source?.Dev,
            FilesystemType.File => source?.File,
            FilesystemType.Template => source?.Name,
            FilesystemType.Volume => source?.Volume,
            FilesystemType.Ram => "",
            _ => source?.Dir,
        };
        if (name is null)
            throw new VireoException(ErrorCode.NoSource, ErrorDomain.Domain, filesystem.Target);
        if (filesystem.Target is null)
            throw new VireoException(ErrorCode.NoTarget, ErrorDomain.Domain, name);
        return filesystem with { Type = type, Accessmode = filesystem.Accessmode ?? FilesystemAccess.Passthrough, Source = source };
    }

    private static FilesystemSource Memory(FilesystemSource? source)
    {
        if (source?.Usage is not { } usage)
            throw VireoException.InvalidXml(ErrorDomain.Domain, "missing 'usage' attribute for RAM filesystem");
        var factor = 1024UL;
        if (source.Units is { Length: > 0 } unit && !DataSize.TryUnit(unit, out factor))
            throw VireoException.InvalidArgument(ErrorDomain.None, $"unknown suffix '{unit}'");
        return usage <= ulong.MaxValue / factor
            ? source with { Usage = usage * factor / 1024, Units = "KiB" }
            : throw new VireoException(ErrorCode.Overflow, ErrorDomain.None, $"value too large: {usage}{source.Units}");
    }
}
