using System.Text;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>The file in a run's directory that says what the run has of the host's files: one entry each, written before it is taken and confirmed after that.</summary>
/// <param name="directory">The run's directory.</param>
internal sealed class ClaimList(string directory)
{
    private readonly string _path = Path.Combine(directory, "claims");

    /// <summary>What it says; nothing where there is none.</summary>
    public IReadOnlyList<FileClaim> Read() => File.Exists(_path) ? FileClaim.ReadAll(File.ReadAllText(_path)) : [];

    /// <summary>Adds an entry.</summary>
    /// <returns>Where it begins.</returns>
    /// <exception cref="IOException">There is no room for it; it is not there.</exception>
    public long Append(FileClaim claim)
    {
        using var file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        var end = RandomAccess.GetLength(file);
        try
        {
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(claim.ToString()), end);
            return end;
        }
        catch (IOException)
        {
            // Half of it would spoil the next.
            RandomAccess.SetLength(file, end);
            throw;
        }
    }

    /// <summary>Says of an entry that it came to it.</summary>
    /// <param name="place">Where it begins.</param>
    /// <param name="claim">It, done.</param>
    public void Confirm(long place, FileClaim claim)
    {
        // Only its first byte differs, so that no write of this can be cut short.
        using var file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, [(byte)claim.ToString()[0]], place);
    }

    /// <summary>Writes it anew, whole or not at all.</summary>
    /// <exception cref="IOException">There is no room for it; it is as it was.</exception>
    public void Rewrite(IEnumerable<FileClaim> claims)
    {
        try
        {
            File.WriteAllText(_path + ".new", string.Concat(claims));
            File.Move(_path + ".new", _path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(_path + ".new");
            throw;
        }
    }

    /// <summary>Removes it.</summary>
    public void Delete() => File.Delete(_path);
}
