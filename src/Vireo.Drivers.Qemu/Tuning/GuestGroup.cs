using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host;
using Vireo.Host.ControlGroups;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>The control group of a running guest. Its path stands in the run's directory, so that it goes with the run, whoever clears that away.</summary>
/// <param name="group">The group.</param>
internal sealed class GuestGroup(ControlGroup group)
{
    private const string PathFile = "control-group";
    private const string DefaultPartition = "machine";

    // Read once: what is mounted where does not change under a running daemon.
    private static readonly Lazy<IReadOnlyList<ControlGroupHierarchy>> s_hierarchies = new(ControlGroupHierarchy.Read);

    /// <summary>The group in the trees of the host.</summary>
    public ControlGroup Group { get; } = group;

    /// <summary>Makes the group of a run and puts its process into it.</summary>
    /// <param name="process">The process, as yet without any limit.</param>
    /// <param name="paths">Where the daemon keeps what: one that serves the whole host gives the group the name that libvirt gives it.</param>
    /// <returns>The group; null where the host has none, or they are not ours to make.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be made, and the document asks for what needs it.</exception>
    public static GuestGroup? Create(QemuProcess process, VireoPaths paths)
    {
        var group = new ControlGroup(s_hierarchies.Value, $"{PartitionPath(process.Live.Resource?.Partition)}/{NameOf(process, paths)}");
        if (s_hierarchies.Value.Count == 0)
        {
            return null;
        }

        try
        {
            File.WriteAllText(System.IO.Path.Combine(process.Directory, PathFile), group.Path);
            group.Create();
            group.AddProcess(process.Host.Pid);
            return new(group);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            group.TryRemove();
            return StartTuning.NeedsGroup(process.Live) ? throw SystemError.Make(e, $"Unable to create cgroup for {process.Live.Name}", ErrorDomain.Qemu) : null;
        }
    }

    /// <summary>The group of a run that goes on; null when it has none.</summary>
    public static GuestGroup? Find(string directory) =>
        System.IO.Path.Combine(directory, PathFile) is var file && File.Exists(file) && File.ReadAllText(file) is { Length: > 0 } path ? new(new ControlGroup(s_hierarchies.Value, path)) : null;

    /// <summary>Removes the group of a run that has ended.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="report">Told of one that stays: a process of the guest's has not ended.</param>
    public static void Remove(string directory, Action<string, Exception> report)
    {
        if (Find(directory)?.Group is { } group && group.TryRemove() is { } kept)
        {
            report($"remove control group '{group.Path}' of a guest that has ended", kept);
        }
    }

    /// <summary>Changes a setting.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel refuses it.</exception>
    public void Write(ControlGroupController controller, string file, string value) => Write(Group, controller, file, value);

    /// <summary>Changes a number.</summary>
    /// <inheritdoc cref="Write(ControlGroupController, string, string)"/>
    public void Write(ControlGroupController controller, string file, ulong value) => Write(controller, file, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Changes a setting that the kernel may have without a device that heeds it.</summary>
    /// <param name="controller">Whose setting.</param>
    /// <param name="file">The setting.</param>
    /// <param name="unsupported">What to say then.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel refuses the value; what is to be said.</exception>
    public void WriteSupported(ControlGroupController controller, string file, Func<VireoException> unsupported, string value)
    {
        const int operationNotSupported = 95;
        try
        {
            Write(controller, file, value);
        }
        catch (VireoException e) when (e.Number1 == operationNotSupported)
        {
            throw unsupported();
        }
    }

    /// <summary>Changes a setting of a group or one within it.</summary>
    /// <inheritdoc cref="Write(ControlGroupController, string, string)"/>
    public static void Write(ControlGroup group, ControlGroupController controller, string file, string value)
    {
        try
        {
            group.Write(controller, file, value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            const int invalid = 22;
            throw SystemError.Make(e, $"Unable to write to '{group.FileOf(controller, file)}'", ErrorDomain.None) is { Number1: not invalid } failure ? failure
                : SystemError.Make(invalid, $"Invalid value '{value}' for '{file}'", ErrorDomain.None);
        }
    }

    /// <summary>The group within it for some threads; made when it is first needed.</summary>
    /// <param name="name">Its name, as libvirt has it: <c>vcpu0</c>, <c>emulator</c>, <c>iothread1</c>.</param>
    /// <param name="threads">The threads that belong into it.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel refuses it.</exception>
    public ControlGroup Threads(string name, IEnumerable<int> threads)
    {
        var child = Group.Child(name);
        try
        {
            if (!child.Exists(ControlGroupController.Cpu))
            {
                child.CreateThreaded(ControlGroupController.Cpu);
            }

            foreach (var thread in threads)
            {
                child.AddThread(ControlGroupController.Cpu, thread);
            }

            return child;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"Unable to create cgroup '{child.Path}'", ErrorDomain.None);
        }
    }

    // libvirt adds the suffix to all but the groups that distributions make themselves.
    private static string PartitionPath(string? partition)
    {
        if (partition is null)
        {
            return DefaultPartition;
        }

        var parts = partition.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is [DefaultPartition] or ["user"] or ["system"]
            ? parts[0]
            : string.Join('/', parts.Select(static (part, i) => i == 0 && part is DefaultPartition or "user" or "system" || part.Contains('.', StringComparison.Ordinal) ? part : part + ".partition"));
    }

    // Several daemons of one host, each below a directory of its own, may have the same domains with the same numbers.
    private static string NameOf(QemuProcess process, VireoPaths paths)
    {
        var daemon = paths == VireoPaths.System ? "" : "." + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(paths.Run)).AsSpan(0, 4));
        return $"{System.IO.Path.GetFileName(process.Directory).Replace("domain-", "qemu-", StringComparison.Ordinal)}{daemon}.libvirt-qemu";
    }
}
