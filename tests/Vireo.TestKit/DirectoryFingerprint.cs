using System.Security.Cryptography;

namespace Vireo.TestKit;

/// <summary>What a directory tree holds, comparable byte for byte.</summary>
public static class DirectoryFingerprint
{
    /// <summary>Relative path of every regular file and directory, with mode and SHA-256 of the content. Sockets and pipes are left out.</summary>
    public static IReadOnlyDictionary<string, string> Of(string root, Func<string, bool>? include = null)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(root, entry.FullName);
            if (include is not null && !include(name))
                continue;
            if (entry is DirectoryInfo)
                result[name + "/"] = "directory";
            else if (IsRegular(entry))
                result[name] = $"{Convert.ToString((int)entry.UnixFileMode, 8)} {Hash(entry.FullName)}";
        }

        return result;
    }

    /// <summary>What differs between two fingerprints, one line each; empty when they are equal.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
    [
        .. before.Keys.Except(after.Keys).Select(name => $"gone: {name}"),
        .. after.Keys.Except(before.Keys).Select(name => $"new: {name}"),
        .. before.Where(pair => after.TryGetValue(pair.Key, out string? value) && value != pair.Value).Select(pair => $"changed: {pair.Key}"),
    ];

    private static bool IsRegular(FileSystemInfo entry) =>
        (entry.Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) == 0 && File.Exists(entry.FullName)
        && entry is FileInfo { Length: >= 0 } && !IsSocketOrPipe(entry.FullName);

    private static bool IsSocketOrPipe(string path)
    {
        // The framework tells sockets and pipes from files only when they are opened; their length is zero and their names are known. A lock file cannot be read while it is held.
        return path.EndsWith(".sock", StringComparison.Ordinal) || path.EndsWith("-sock", StringComparison.Ordinal) || path.EndsWith("-sock-ro", StringComparison.Ordinal)
            || path.EndsWith(".pipe", StringComparison.Ordinal) || path.EndsWith(".lock", StringComparison.Ordinal);
    }

    private static string Hash(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
