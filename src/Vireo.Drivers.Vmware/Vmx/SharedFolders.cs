using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The host's folders that the guest sees.</summary>
internal static class SharedFolders
{
    private const string Disabled = "isolation.tools.hgfs.disable";
    private const string Count = "sharedFolder.maxNum";

    /// <summary>All folders that are switched on.</summary>
    public static ConfigList<FilesystemConfig> Parse(VmxFile file)
    {
        if (file.Flag(Disabled, true))
            return default;
        var count = file.Integer(Count) ?? 0;
        return Numbers(file).Where(number => number < count).Select(number => Folder(file, $"sharedFolder{number}")).OfType<FilesystemConfig>().ToConfigList();
    }

    /// <summary>Writes all folders.</summary>
    public static void Format(VmxText text, ConfigList<FilesystemConfig> folders)
    {
        if (folders.IsEmpty)
            return;
        text.Add(Disabled, false);
        text.Add(Count, (ulong)folders.Count);
        for (var i = 0; i < folders.Count; i++)
        {
            var folder = folders[i];
            if (folder.Type is not (null or FilesystemType.Mount))
                throw VmxErrors.Unsupported("Only 'mount' filesystem type is supported");
            var key = $"sharedFolder{i}";
            text.Add(key + ".present", true);
            text.Add(key + ".enabled", true);
            text.Add(key + ".readAccess", true);
            text.Add(key + ".writeAccess", !folder.Readonly);
            text.Add(key + ".hostPath", folder.Source?.Dir ?? throw new VireoException(ErrorCode.NoSource, ErrorDomain.Domain, folder.Target));
            text.Add(key + ".guestName", folder.Target ?? throw new VireoException(ErrorCode.NoTarget, ErrorDomain.Domain, folder.Source.Dir));
        }
    }

    /// <summary>The numbers that the file has: the count it tells may be any.</summary>
    private static SortedSet<int> Numbers(VmxFile file)
    {
        const string Begin = "sharedFolder", End = ".present";
        var keys = file.Keys.Where(key => key.StartsWith(Begin, StringComparison.OrdinalIgnoreCase) && key.EndsWith(End, StringComparison.OrdinalIgnoreCase));
        var numbers = new SortedSet<int>();
        foreach (var key in keys.Where(key => key.Length > Begin.Length + End.Length))
        {
            if (int.TryParse(key.AsSpan(Begin.Length..^End.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
        }

        return numbers;
    }

    private static FilesystemConfig? Folder(VmxFile file, string key) => !file.Flag(key + ".present") || !file.Flag(key + ".enabled") ? null : new()
    {
        Type = FilesystemType.Mount,
        Accessmode = FilesystemAccess.Passthrough,
        Source = new FilesystemSource { Dir = file.Required(key + ".hostPath") },
        Target = file.Required(key + ".guestName"),
        Readonly = !file.Flag(key + ".writeAccess"),
    };
}
