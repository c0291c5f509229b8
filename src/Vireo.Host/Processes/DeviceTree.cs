using System.Runtime.InteropServices;
using Vireo.Host.Files;
using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>
/// A /dev of a program's own, in a mount namespace of its own: it goes with the program, however that ends, so nothing is ever to be tidied up. What is mounted below the host's /dev is there too.
/// </summary>
public static unsafe class DeviceTree
{
    private const string Devices = "/dev";
    private const int MostLinks = 32;
    private const uint KindMask = 0xf000, LinkKind = 0xa000, CharacterKind = 0x2000, BlockKind = 0x6000, PermissionMask = 0xfff;

    /// <summary>Gives the calling thread, and what it starts, a tree of its own.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    internal static void Enter(PrivateDevices wanted, uint user, uint group)
    {
        Check(Libc.Unshare(Libc.NewMountNamespace), "Cannot unshare mount namespace");
        // What the host mounts later is still seen, and nothing of ours by the host.
        Check(Libc.Mount(null, "/", null, Libc.MountSlave | Libc.MountRecursive, null), "Failed to switch root mount into slave mode");
        Directory.CreateDirectory(wanted.Staging);
        Check(Libc.Mount("devfs", wanted.Staging, "tmpfs", Libc.MountNoSetUser, "mode=755,size=65536"), $"Failed to mount devfs on {wanted.Staging}");
        foreach (var mounted in MountsBelow(Devices))
        {
            var place = wanted.Staging + mounted[Devices.Length..];
            if (Directory.Exists(mounted))
            {
                Directory.CreateDirectory(place);
            }
            else
            {
                File.Create(place).Dispose();
            }

            Check(Libc.Mount(mounted, place, null, Libc.MountMove, null), $"Unable to move {mounted} mount to {place}");
        }

        foreach (var path in wanted.Shared)
            Copy(path, wanted.Staging, null);
        foreach (var path in wanted.Own)
            Copy(path, wanted.Staging, (user, group));
        Check(Libc.Mount(wanted.Staging, Devices, null, Libc.MountMove, null), $"Failed to move {wanted.Staging} to {Devices}");
    }

    /// <summary>Whether a program runs that has a tree of its own. A number that another program has by now tells of that one, which may see the host's devices: those are nobody's to change.</summary>
    /// <param name="pid">The program.</param>
    public static bool HasOwn(int pid)
    {
        try
        {
            using var own = PinnedFile.TryOpen(RootOf(pid));
            using var host = PinnedFile.TryOpen(Devices);
            return own is not null && own.Identity != host?.Identity;
        }
        catch (VireoException)
        {
            // It ends at this moment.
            return false;
        }
    }

    /// <summary>Makes a device in the tree of a program that runs; nothing when it is there, or the program has none of its own.</summary>
    /// <param name="pid">The program.</param>
    /// <param name="path">The device on the host; links to it are made as well.</param>
    /// <param name="user">Whose it is there.</param>
    /// <param name="group">The group whose it is there.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Add(int pid, string path, uint user, uint group)
    {
        if (HasOwn(pid))
            Copy(path, RootOf(pid), (user, group));
    }

    /// <summary>Removes devices from the tree of a program that runs; nothing when it has none of its own.</summary>
    /// <param name="pid">The program.</param>
    /// <param name="kept">The devices that stay, as they are named on the host.</param>
    public static void Keep(int pid, IEnumerable<string> kept)
    {
        if (!HasOwn(pid))
            return;
        var root = RootOf(pid);
        var names = kept.SelectMany(Names).Select(name => root + name[Devices.Length..]).ToHashSet(StringComparer.Ordinal);
        // What is mounted there is the host's, and is not gone into.
        var mounted = MountsBelow(Devices).Select(name => root + name[Devices.Length..]).ToHashSet(StringComparer.Ordinal);
        Sweep(root);

        void Sweep(string directory)
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(directory).ToList())
            {
                if (mounted.Contains(entry))
                    continue;
                var status = Look(entry);
                if (status is { Mode: var mode } && (mode & KindMask) == 0x4000)
                    Sweep(entry);
                else if (!names.Contains(entry))
                    File.Delete(entry);
            }
        }
    }

    // The kernel leads there whatever the program has made of its root.
    private static string RootOf(int pid) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{pid}/root{Devices}");

    private static void Copy(string path, string root, (uint User, uint Group)? owner)
    {
        foreach (var name in Names(path))
        {
            var place = root + name[Devices.Length..];
            if (Look(name) is not { } there || Look(place) is not null)
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(place)!, (UnixFileMode)0b111_101_101);
            if ((there.Mode & KindMask) == LinkKind)
            {
                File.CreateSymbolicLink(place, new FileInfo(name).LinkTarget!);
                continue;
            }

            if ((there.Mode & KindMask) is not (CharacterKind or BlockKind))
                continue;
            Check(Libc.MakeNode(place, there.Mode, there.Device), $"Unable to create device {place}");
            // The mode given is cut by the mask.
            Check(Libc.ChangeMode(place, there.Mode & PermissionMask), $"Unable to set mode of '{place}'");
            var (user, group) = owner ?? (there.User, there.Group);
            Check(Libc.ChangeOwner(place, user, group), $"Failed to chown device {place}");
        }
    }

    // A device with the links that lead to it, of those that lie below /dev.
    private static IEnumerable<string> Names(string path)
    {
        for (var links = 0; links < MostLinks; links++)
        {
            if (path.StartsWith(Devices + "/", StringComparison.Ordinal))
                yield return path;
            if (new FileInfo(path).LinkTarget is not { } target)
                yield break;
            path = Path.GetFullPath(target, Path.GetDirectoryName(path)!);
        }
    }

    // The uppermost of each branch: what is mounted below it goes with it.
    private static List<string> MountsBelow(string directory)
    {
        var mounted = File.ReadLines("/proc/thread-self/mountinfo").Select(line => line.Split(' ')[4]).Where(name => name.StartsWith(directory + "/", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal).ToList();
        return mounted.Where(name => !mounted.Any(other => name.StartsWith(other + "/", StringComparison.Ordinal))).ToList();
    }

    private static (uint Mode, uint User, uint Group, ulong Device)? Look(string path)
    {
        const int noFollow = 0x100;
        const uint basic = 0x7ff;
        var status = stackalloc byte[256];
        if (Libc.Status(Libc.AtWorkingDirectory, path, noFollow, basic, status) != 0)
            return null;
        ulong major = *(uint*)(status + 128), minor = *(uint*)(status + 132);
        return (*(ushort*)(status + 28), *(uint*)(status + 20), *(uint*)(status + 24),
            (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xfful) << 12) | ((major & ~0xffful) << 32));
    }

    private static void Check(int result, string failure)
    {
        if (result != 0)
            throw SystemError.Make(Marshal.GetLastPInvokeError(), failure);
    }
}
