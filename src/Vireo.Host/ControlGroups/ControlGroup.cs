using System.Globalization;
using Vireo.Host.Facts;

namespace Vireo.Host.ControlGroups;

/// <summary>A group of processes in all trees of the host: the same path in each.</summary>
/// <param name="hierarchies">The host's trees.</param>
/// <param name="path">The path below each root, without a slash at its begin.</param>
public sealed class ControlGroup(IReadOnlyList<ControlGroupHierarchy> hierarchies, string path)
{
    /// <summary>The path below each root.</summary>
    public string Path { get; } = path;

    /// <summary>Whether the host has the controller.</summary>
    public bool Has(ControlGroupController controller) => Tree(controller) is not null;

    /// <summary>Whether the controller is one of version 2, whose files are others.</summary>
    public bool IsUnified(ControlGroupController controller) => Tree(controller)?.Unified == true;

    /// <summary>A group within it, for some of its threads.</summary>
    public ControlGroup Child(string name) => new(hierarchies, $"{Path}/{name}");

    /// <summary>Makes it, and what lies above it, in every tree.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours to make.</exception>
    public void Create()
    {
        foreach (var tree in hierarchies)
            Create(tree, threaded: false);
    }

    /// <summary>Makes it for threads of the group above in the trees that have a controller.</summary>
    /// <inheritdoc cref="Create()"/>
    public void CreateThreaded(ControlGroupController controller)
    {
        if (Tree(controller) is { } tree)
            Create(tree, threaded: true);
    }

    /// <summary>Whether it is there in the tree of a controller.</summary>
    public bool Exists(ControlGroupController controller) => Tree(controller) is { } tree && Directory.Exists(DirectoryIn(tree));

    /// <summary>Moves a process with all its threads into it.</summary>
    /// <exception cref="IOException">The process has gone, or the kernel refuses.</exception>
    public void AddProcess(int pid)
    {
        foreach (var tree in hierarchies)
            File.WriteAllText(System.IO.Path.Combine(DirectoryIn(tree), "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Moves one thread into it, in the tree of a controller.</summary>
    /// <exception cref="IOException">The thread has gone, or the kernel refuses.</exception>
    public void AddThread(ControlGroupController controller, int thread)
    {
        if (Tree(controller) is { } tree)
            File.WriteAllText(System.IO.Path.Combine(DirectoryIn(tree), tree.Unified ? "cgroup.threads" : "tasks"), thread.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Whether a controller has a setting.</summary>
    public bool HasFile(ControlGroupController controller, string file) => File.Exists(FileOf(controller, file));

    /// <summary>A setting or counter; null when there is none.</summary>
    public string? Read(ControlGroupController controller, string file) => Has(controller) ? FactFile.Text(FileOf(controller, file)) : null;

    /// <summary>Changes a setting.</summary>
    /// <exception cref="IOException">There is none, or the kernel refuses the value.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours to change.</exception>
    public void Write(ControlGroupController controller, string file, string value) => File.WriteAllText(FileOf(controller, file), value);

    /// <summary>Where a setting lies.</summary>
    public string FileOf(ControlGroupController controller, string file) => Tree(controller) is { } tree ? System.IO.Path.Combine(DirectoryIn(tree), file) : "";

    /// <summary>Removes it with the groups within, where its processes have ended; what cannot be removed stays.</summary>
    /// <returns>What keeps it; null when nothing of it is left.</returns>
    public Exception? TryRemove()
    {
        Exception? kept = null;
        foreach (var tree in hierarchies)
        {
            var directory = DirectoryIn(tree);
            if (!Directory.Exists(directory))
                continue;
            try
            {
                // The files in it are the kernel's: only directories are removed, from within.
                foreach (var child in Directory.EnumerateDirectories(directory))
                    Directory.Delete(child);
                Directory.Delete(directory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                kept ??= e;
            }
        }

        return kept;
    }

    private ControlGroupHierarchy? Tree(ControlGroupController controller) => hierarchies.FirstOrDefault(tree => tree.Controllers.Contains(controller));

    private string DirectoryIn(ControlGroupHierarchy tree) => System.IO.Path.Combine(tree.Root, Path);

    private void Create(ControlGroupHierarchy tree, bool threaded)
    {
        var parent = tree.Root;
        var parts = Path.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            if (tree.Unified)
                Delegate(parent, tree.Controllers, threadedOnly: threaded && i == parts.Length - 1);
            var directory = System.IO.Path.Combine(parent, parts[i]);
            Directory.CreateDirectory(directory);
            if (tree is { Unified: false } && tree.Controllers.Contains(ControlGroupController.Cpuset))
                InheritSet(parent, directory);
            if (tree.Unified && threaded && i == parts.Length - 1)
                File.WriteAllText(System.IO.Path.Combine(directory, "cgroup.type"), "threaded");
            parent = directory;
        }
    }

    // Version 2 hands down to a group's children what the group says.
    private static void Delegate(string directory, IEnumerable<ControlGroupController> controllers, bool threadedOnly)
    {
        var file = System.IO.Path.Combine(directory, "cgroup.subtree_control");
        var on = (FactFile.Text(file) ?? "").Split(' ');
        var missing = controllers.Where(controller => !threadedOnly || controller is ControlGroupController.Cpu or ControlGroupController.Cpuset)
            .Select(ControlGroupHierarchy.NameOf).Where(name => !on.Contains(name)).Select(static name => "+" + name).ToList();
        if (missing.Count > 0)
            File.WriteAllText(file, string.Join(' ', missing));
    }

    // Version 1 takes no process into a set that is empty, as every new one is.
    private static void InheritSet(string parent, string directory)
    {
        foreach (var name in (ReadOnlySpan<string>)["cpuset.cpus", "cpuset.mems"])
        {
            var file = System.IO.Path.Combine(directory, name);
            if (FactFile.Text(file) is "")
                File.WriteAllText(file, FactFile.Text(System.IO.Path.Combine(parent, name)) ?? "");
        }
    }
}
