using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The objects of QEMU through which persistent reservations of LUNs are made: QEMU may not make them itself, so a helper at the other end of a socket does.</summary>
internal static class ReservationArguments
{
    /// <summary>The object of the helper that the daemon runs: one for all disks of a run.</summary>
    public const string Managed = "pr-helper0";

    /// <summary>Whether the daemon runs a disk's helper.</summary>
    public static bool IsManaged(DiskConfig disk) => disk.Source?.Reservations is { Managed: true };

    /// <summary>The object of a disk; null where it makes no reservations.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="number">The number of its image.</param>
    public static string? ObjectOf(DiskConfig disk, int number) => disk.Source?.Reservations switch
    {
        null => null,
        { Managed: true } => Managed,
        _ => $"pr-helper-{NodeNumbers.Storage(number)}",
    };

    /// <summary>The socket of the helper that the daemon runs.</summary>
    /// <param name="directory">Where the run keeps its sockets.</param>
    public static string SocketOf(string directory) => Path.Combine(directory, Managed + ".sock");

    /// <summary>A disk with the socket of the helper that the daemon runs for it.</summary>
    /// <param name="disk">The disk; whatever socket of another run it names is left out.</param>
    /// <param name="directory">Where the run keeps its sockets; null for none.</param>
    public static DiskConfig Show(DiskConfig disk, string? directory) => !IsManaged(disk) ? disk : disk with
    {
        Source = disk.Source! with
        {
            Reservations = disk.Source.Reservations! with { Source = directory is null ? null : new ReservationsSource { Type = "unix", Path = SocketOf(directory), Mode = "client" } },
        },
    };

    /// <summary>Adds the one of the daemon's helper.</summary>
    public static void AddManaged(ArgumentList arguments, string directory) => Add(arguments, Managed, SocketOf(directory));

    /// <summary>Adds that of a disk with a helper of its own.</summary>
    /// <param name="arguments">Where to.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="number">The number of its image.</param>
    public static void AddOwn(ArgumentList arguments, DiskConfig disk, int number)
    {
        if (disk.Source?.Reservations is { Managed: not true, Source.Path: { } path })
        {
            Add(arguments, ObjectOf(disk, number)!, path);
        }
    }

    private static void Add(ArgumentList arguments, string name, string socket) => arguments.Add("-object", OptionJson.Object("pr-manager-helper", name).Text("path", socket));
}
