namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// Socket names that QEMU will not remove itself, because it bound them under others: kept in the run's directory, so that whoever clears the run away,
/// a later daemon included, removes them with it.
/// </summary>
internal static class SocketNames
{
    // No path holds this one.
    private const char Separator = '\0';

    /// <summary>Names that a run has only until the process beside it has gone.</summary>
    public static void Aside(string directory, IEnumerable<DeferredResource> deferred) => Write(Path.Combine(directory, "aside"), Sockets(deferred).Select(d => d.From));

    /// <summary>Names that a run is given when the process beside it has gone.</summary>
    public static void Given(string directory, IEnumerable<DeferredResource> deferred) => Write(Path.Combine(directory, "given"), Sockets(deferred).Select(d => d.To));

    /// <summary>Names of sockets that the daemon made.</summary>
    public static void Made(string directory, IEnumerable<string> names) => Write(Path.Combine(directory, "made"), names);

    /// <summary>Removes them all.</summary>
    public static void Remove(string directory)
    {
        foreach (var list in (string[])["aside", "given", "made"])
        {
            var path = Path.Combine(directory, list);
            foreach (var name in File.Exists(path) ? File.ReadAllText(path).Split(Separator, StringSplitOptions.RemoveEmptyEntries) : [])
            {
                File.Delete(name);
            }
        }
    }

    private static IEnumerable<DeferredResource> Sockets(IEnumerable<DeferredResource> deferred) => deferred.Where(d => d.Kind == DeferredKind.Socket);

    private static void Write(string path, IEnumerable<string> names)
    {
        if (string.Concat(names.Select(name => name + Separator)) is { Length: > 0 } text)
        {
            File.AppendAllText(path, text);
        }
    }
}
