using Vireo.Host;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// A list that lies in a run's directory, one entry a line, so that whoever clears the run away, a later daemon included, knows what the run has. It is as it was or as it shall be, whatever happens in
/// between. One run's lists are changed by one at a time: within its domain's job.
/// </summary>
/// <param name="directory">The run's directory.</param>
/// <param name="name">The list's name in it.</param>
internal sealed class RunList(string directory, string name)
{
    private const char End = '\n';
    private readonly string _path = Path.Combine(directory, name);

    /// <summary>Its entries; none where there is no list.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be read.</exception>
    public IReadOnlyList<string> Read()
    {
        try
        {
            return File.Exists(_path) ? File.ReadAllText(_path).Split(End, StringSplitOptions.RemoveEmptyEntries) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"cannot read '{_path}'", ErrorDomain.Qemu);
        }
    }

    /// <summary>Has it say this and nothing else.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be written, and is as it was; VIR_ERR_INTERNAL_ERROR: an entry would be two.</exception>
    public void Write(IEnumerable<string> entries)
    {
        var all = entries.ToList();
        if (all.Find(static entry => entry.Length == 0 || entry.Contains(End, StringComparison.Ordinal)) is { } wrong)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"'{wrong}' is no entry of '{_path}'");
        }

        AtomicFile.WriteText(_path, string.Concat(all.Select(static entry => entry + End)), durable: false);
    }

    /// <summary>Adds an entry at its end.</summary>
    /// <exception cref="VireoException">As of <see cref="Write"/>.</exception>
    public void Add(string entry) => Write([.. Read(), entry]);

    /// <summary>Takes entries out; those that are not in it are not missed.</summary>
    /// <exception cref="VireoException">As of <see cref="Write"/>.</exception>
    public void Remove(params IReadOnlyCollection<string> entries)
    {
        var present = Read();
        var kept = present.Where(entry => !entries.Contains(entry)).ToList();
        if (kept.Count < present.Count)
        {
            Write(kept);
        }
    }
}
