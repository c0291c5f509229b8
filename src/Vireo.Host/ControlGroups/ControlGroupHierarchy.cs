using Vireo.Host.Facts;

namespace Vireo.Host.ControlGroups;

/// <summary>One mounted tree of control groups.</summary>
/// <param name="Root">Where it is mounted.</param>
/// <param name="Unified">Version 2: one tree for all controllers.</param>
/// <param name="Controllers">The controllers that groups of it can have.</param>
public sealed record ControlGroupHierarchy(string Root, bool Unified, IReadOnlySet<ControlGroupController> Controllers)
{
    private const string Mounts = "/proc/self/mounts";

    private static readonly (string Name, ControlGroupController Controller)[] s_names =
        [("cpu", ControlGroupController.Cpu), ("cpuset", ControlGroupController.Cpuset), ("memory", ControlGroupController.Memory), ("blkio", ControlGroupController.Block), ("io", ControlGroupController.Block)];

    /// <summary>The host's trees that have a controller of ours, version 2 included where it is mounted.</summary>
    public static IReadOnlyList<ControlGroupHierarchy> Read() => Parse(FactFile.Text(Mounts) ?? "", static root => FactFile.Text(Path.Combine(root, "cgroup.controllers")) ?? "");

    /// <summary>Reads a table of mounts.</summary>
    /// <param name="mounts">The table in the kernel's form.</param>
    /// <param name="controllersOf">The controllers that the root of version 2 has, by name.</param>
    internal static IReadOnlyList<ControlGroupHierarchy> Parse(string mounts, Func<string, string> controllersOf)
    {
        var found = new List<ControlGroupHierarchy>();
        foreach (var line in mounts.Split('\n'))
        {
            if (line.Split(' ') is not [_, var root, "cgroup" or "cgroup2", var options, ..] || found.Any(tree => tree.Root == root))
                continue;
            var unified = line.Split(' ')[2] == "cgroup2";
            var names = unified ? controllersOf(root).Split(' ', StringSplitOptions.RemoveEmptyEntries) : options.Split(',');
            var controllers = s_names.Where(known => names.Contains(known.Name)).Select(static known => known.Controller).ToHashSet();
            if (controllers.Count > 0)
                found.Add(new(root, unified, controllers));
        }

        return found;
    }

    /// <summary>The kernel's name of a controller in version 2.</summary>
    internal static string NameOf(ControlGroupController controller) => s_names.Last(known => known.Controller == controller).Name;
}
