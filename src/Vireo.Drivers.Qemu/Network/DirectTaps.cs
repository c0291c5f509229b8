using System.Globalization;
using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>
/// The network devices of guests that stand upon devices of the host. They stay until they are deleted, so which ones a run has lies in its directory before they are made: whoever clears
/// the run away, a later daemon included, deletes them, and gives a lower device its address back that a guest had to itself.
/// </summary>
internal static class DirectTaps
{
    private const string List = "macvtaps";
    private const string None = "-";
    private const int MostNames = 8192;
    private const int NameTaken = 17;

    /// <summary>Makes a card's device.</summary>
    /// <param name="card">The card.</param>
    /// <param name="type">What runs the domain.</param>
    /// <param name="names">Names for devices that have none.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="up">Whether packets flow at once; else when it is switched on.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is no such lower device, or the kernel refuses; VIR_ERR_CONFIG_UNSUPPORTED. What was made is in the run's list.</exception>
    public static GuestTap Connect(InterfaceConfig card, DomainType? type, TapNames names, string directory, bool up)
    {
        var tap = Make(card, names, directory);
        var queues = tap.Open(GuestTap.QueuesOf(card), GuestTap.IsVirtio(card));
        try
        {
            var device = new NetworkDevice(tap.Name);
            if (up)
            {
                device.SetUp(true);
            }

            return new GuestTap(tap.Name, queues, GuestTap.Accelerate(card, type, queues.Count));
        }
        catch
        {
            foreach (var queue in queues)
            {
                queue.Dispose();
            }

            throw;
        }
    }

    /// <summary>Deletes those of a run that has ended; nothing is held up by one that the kernel does not let go.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="report">Told of such a one.</param>
    public static void RemoveAll(string directory, Action<string, Exception> report) => Remove(directory, NamesOf(directory), report);

    /// <summary>Deletes those of a run that have come since.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="kept">Those that were there before.</param>
    /// <param name="report">As of <see cref="RemoveAll"/>.</param>
    public static void RemoveOthers(string directory, IReadOnlySet<string> kept, Action<string, Exception> report) => Remove(directory, NamesOf(directory).Except(kept), report);

    /// <summary>Deletes some of a run.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="names">Their names; others than the run's are left alone.</param>
    /// <param name="report">As of <see cref="RemoveAll"/>.</param>
    public static void Remove(string directory, IEnumerable<string> names, Action<string, Exception> report)
    {
        foreach (var name in names)
        {
            try
            {
                Remove(directory, name);
            }
            catch (VireoException e)
            {
                report($"delete network device '{name}' of a guest that no longer has it", e);
            }
        }
    }

    private static void Remove(string directory, string name)
    {
        var entries = Entries(directory);
        var gone = entries.Where(entry => entry.Name == name).ToList();
        foreach (var entry in gone)
        {
            var device = new MacvtapDevice(entry.Name);
            // Somebody else's may have got the name when ours could not be made.
            if (device.Exists && (device.Address == entry.Address || device.Address == entry.LowerAddress))
            {
                device.Delete();
            }

            if (entry.LowerAddress != None && new NetworkDevice(entry.Lower) is { Exists: true } lower)
            {
                lower.SetAddress(Bytes(entry.LowerAddress));
            }
        }

        if (gone.Count > 0)
        {
            Write(directory, entries.Except(gone));
        }
    }

    /// <summary>The names of those of a run.</summary>
    public static IReadOnlySet<string> NamesOf(string directory) => Entries(directory).Select(static entry => entry.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Gives one of a run another name.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="from">The name it has; of what the run does not have nothing is noted.</param>
    /// <param name="to">The name it gets.</param>
    /// <param name="rename">Does it.</param>
    public static void Rename(string directory, string from, string to, Action rename)
    {
        if (Entries(directory).Find(entry => entry.Name == from) is not { } entry)
        {
            rename();
            return;
        }

        // The run has it under both names for that moment. Afterwards only under its own: the other may soon be somebody else's.
        Write(directory, [.. Entries(directory), entry with { Name = to }]);
        try
        {
            rename();
        }
        catch
        {
            Forget(directory, to);
            throw;
        }

        Forget(directory, from);
    }

    private static MacvtapDevice Make(InterfaceConfig card, TapNames names, string directory)
    {
        var (lower, address, mode) = (card.Source?.Dev ?? "", card.Mac!.Address!, Mode(card.Source?.Mode));
        var own = card.Target?.Dev is { } wanted && !NetworkCardDefaults.IsGiven(wanted) ? wanted : null;
        // Nothing is written down that is no name.
        MacvtapDevice.Check(own ?? NetworkCardDefaults.GivenDirectTap, lower, Bytes(address));
        for (var attempt = 0; attempt < MostNames; attempt++)
        {
            var name = own ?? names.Next();
            Write(directory, [.. Entries(directory), new Entry(name, address, lower, None)]);
            MacvtapDevice? made;
            try
            {
                made = MacvtapDevice.TryCreate(name, lower, Bytes(address), mode);
            }
            catch
            {
                Forget(directory, name);
                throw;
            }

            if (made is not null)
            {
                TakeLower(directory, made, lower, address, mode);
                return made;
            }

            Forget(directory, name);
            if (own is not null)
            {
                throw Host.SystemError.Make(NameTaken, $"error creating macvtap interface {own}@{lower} ({address})", ErrorDomain.None);
            }
        }

        throw VireoException.Internal(ErrorDomain.Qemu, "too many network devices of guests");
    }

    // A guest that has the lower device to itself has its address there as well; the device's own is remembered before.
    private static void TakeLower(string directory, MacvtapDevice made, string lower, string address, MacvtapMode mode)
    {
        if (mode == MacvtapMode.Passthrough)
        {
            var device = new NetworkDevice(lower);
            Write(directory, [.. Entries(directory).Where(entry => entry.Name != made.Name), new Entry(made.Name, address, lower, Text(device.ReadAddress()))]);
            device.SetAddress(Bytes(address));
            device.SetUp(true);
        }
    }

    private static MacvtapMode Mode(InterfaceSourceMode? mode) => mode switch
    {
        InterfaceSourceMode.Bridge => MacvtapMode.Bridge,
        InterfaceSourceMode.Private => MacvtapMode.Private,
        InterfaceSourceMode.Passthrough => MacvtapMode.Passthrough,
        _ => MacvtapMode.Vepa,
    };

    private static byte[] Bytes(string address) => Convert.FromHexString(address.Replace(":", "", StringComparison.Ordinal));

    private static string Text(byte[] address) => string.Join(':', address.Select(static one => one.ToString("x2", CultureInfo.InvariantCulture)));

    private static void Forget(string directory, string name) => Write(directory, Entries(directory).Where(entry => entry.Name != name));

    private static List<Entry> Entries(string directory) =>
        [.. new RunList(directory, List).Read().Select(static line => line.Split(' ')).Where(static words => words.Length == 4).Select(static words => new Entry(words[0], words[1], words[2], words[3]))];

    private static void Write(string directory, IEnumerable<Entry> entries) =>
        new RunList(directory, List).Write(entries.Select(static entry => $"{entry.Name} {entry.Address} {entry.Lower} {entry.LowerAddress}"));

    private sealed record Entry(string Name, string Address, string Lower, string LowerAddress);
}
