using Vireo.Config;

namespace Vireo.Drivers.Lxc.Native;

/// <summary>The root of a container and what is mounted in it.</summary>
internal static class NativeMounts
{
    private const int LeastFields = 4;

    /// <summary>All file systems, the root first.</summary>
    public static ConfigList<FilesystemConfig> Read(NativeConfig config, string root) =>
        [On(root, "/"), .. config.All("lxc.mount.entry").Select(Mount).OfType<FilesystemConfig>()];

    /// <summary>A line of a table of mounts; null for what every container has.</summary>
    private static FilesystemConfig? Mount(string entry)
    {
        if (NativeConfig.Words(entry) is not { Length: >= LeastFields } fields)
            throw LxcErrors.Internal($"lxc.mount.entry has fewer than {LeastFields} fields: '{entry}'");
        var target = fields[1].StartsWith('/') ? fields[1] : "/" + fields[1];
        if (target is "/proc" or "/sys")
            return null;
        var options = fields[3].Split(',');
        var filesystem = fields[2] == "tmpfs" ? Memory(options, target) : On(fields[0], target);
        return options.Contains("ro") ? filesystem with { Readonly = true } : filesystem;
    }

    private static FilesystemConfig On(string source, string target)
    {
        var isBlock = source.StartsWith("/dev/", StringComparison.Ordinal);
        return new()
        {
            Type = isBlock ? FilesystemType.Block : FilesystemType.Mount,
            Accessmode = FilesystemAccess.Passthrough,
            Source = isBlock ? new FilesystemSource { Dev = source } : new FilesystemSource { Dir = source },
            Target = target,
        };
    }

    private static FilesystemConfig Memory(string[] options, string target)
    {
        const string Size = "size=";
        var size = Array.Find(options, option => option.StartsWith(Size, StringComparison.Ordinal)) ?? throw LxcErrors.Internal("missing tmpfs size, set the size option");
        return new()
        {
            Type = FilesystemType.Ram,
            Accessmode = FilesystemAccess.Passthrough,
            Source = new FilesystemSource { Usage = NativeConfig.KiB(size[Size.Length..]), Units = "KiB" },
            Target = target,
        };
    }
}
