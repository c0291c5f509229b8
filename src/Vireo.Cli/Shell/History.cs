using Vireo.Host;

namespace Vireo.Cli.Shell;

/// <summary>Lines typed before, kept in a file between runs.</summary>
internal sealed class History
{
    private const int Kept = 500;
    private readonly List<string> _lines = [];
    private readonly string? _path;

    /// <param name="path">The file; null keeps nothing.</param>
    public History(string? path)
    {
        _path = path;
        if (path is null || !File.Exists(path))
        {
            return;
        }
        try
        {
            _lines.AddRange(File.ReadLines(path).TakeLast(Kept));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Without its history the shell is still a shell.
            _path = null;
        }
    }

    public IReadOnlyList<string> Lines => _lines;

    public static string DefaultPath() => Path.Combine(UserDirectories.Cache, "vireo", "history");

    public void Add(string line)
    {
        if (line.Length > 0 && (_lines.Count == 0 || _lines[^1] != line))
        {
            _lines.Add(line);
        }
    }

    /// <returns>Why it could not be kept; null when it was.</returns>
    public string? Save()
    {
        if (_path is null)
        {
            return null;
        }
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            using var writer = new StreamWriter(_path, options);
            foreach (var line in _lines.TakeLast(Kept))
            {
                writer.Write(line + "\n");
            }
            return null;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return unwritable.Message;
        }
    }
}
