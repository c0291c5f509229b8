using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Network;

/// <summary>How the macvtaps of one lower device see each other.</summary>
public enum MacvtapMode
{
    /// <summary>Not at all.</summary>
    Private = 1,

    /// <summary>By way of the switch that the lower device is connected to.</summary>
    Vepa = 2,

    /// <summary>As ports of one bridge.</summary>
    Bridge = 4,

    /// <summary>There is one alone, and the lower device is its.</summary>
    Passthrough = 8,
}

/// <summary>A network device that stands upon another of the host, and whose other end is a file for a guest. It stays until it is deleted.</summary>
/// <param name="Name">Its name.</param>
public sealed unsafe record MacvtapDevice(string Name)
{
    private const string Kind = "macvtap";
    private const ushort Mode = 1;
    private const int LongestName = 15;

    /// <summary>Whether a device of the name is there, and is one.</summary>
    public bool Exists => Index is { } index && Directory.Exists(Path.Combine(Facts, Kind, TapOf(index)));

    /// <summary>Its address in the form of documents; null when it is not there.</summary>
    public string? Address => Fact("address");

    private string Facts => Path.Combine("/sys/class/net", Name);

    private int? Index => Name is not ("" or "." or "..") && !Name.Contains('/', StringComparison.Ordinal) && int.TryParse(Fact("ifindex"), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    /// <summary>Refuses what cannot be made, whatever else there is on the host.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="lower">The device that it would stand upon.</param>
    /// <param name="mac">Its address.</param>
    /// <returns>The lower device's number.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is no such lower device, or the name is too long; VIR_ERR_INVALID_ARG: no possible name.</exception>
    public static int Check(string name, string lower, ReadOnlySpan<byte> mac)
    {
        var index = new NetworkDevice(lower).ReadIndex();
        if (System.Text.Encoding.UTF8.GetByteCount(name) > LongestName)
            throw SystemError.Make(Errno.Range, Failure(name, lower, mac));
        var request = stackalloc byte[NetworkDevice.RequestSize];
        NetworkDevice.PutName(request, name);
        return index;
    }

    /// <summary>Makes one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="lower">The device that it stands upon.</param>
    /// <param name="mac">Its address.</param>
    /// <param name="mode">How it sees others.</param>
    /// <returns>Null when there is a device of that name.</returns>
    /// <exception cref="VireoException">As <see cref="Check"/>; VIR_ERR_SYSTEM_ERROR: the kernel refuses.</exception>
    public static MacvtapDevice? TryCreate(string name, string lower, ReadOnlySpan<byte> mac, MacvtapMode mode)
    {
        var index = Check(name, lower, mac);
        var error = new RouteRequest(RouteRequest.NewLink, 0).With(RouteRequest.Lower, index).With(RouteRequest.Address, mac[..6]).With(RouteRequest.Name, name)
            .With(RouteRequest.Information, link => link.With(RouteRequest.Kind, Kind).With(RouteRequest.Data, data => data.With(Mode, (int)mode))).Send();
        return error switch
        {
            0 => new MacvtapDevice(name),
            Errno.Exists => null,
            _ => throw SystemError.Make(error, Failure(name, lower, mac)),
        };
    }

    /// <summary>Deletes it; nothing when it is not there.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void Delete()
    {
        if (Exists && Index is { } index && new RouteRequest(RouteRequest.DeleteLink, index).Send() is not (0 or Errno.NoDevice) and var error)
            throw SystemError.Make(error, $"error destroying network device {Name}");
    }

    /// <summary>Opens the guest's end.</summary>
    /// <param name="queues">How many queues it has.</param>
    /// <param name="offload">Whether packets carry the header that virtio's offloads need.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public IReadOnlyList<SafeFileHandle> Open(int queues, bool offload)
    {
        var path = "/dev/" + TapOf(Index ?? throw SystemError.Make(Errno.NoDevice, $"Unable to get index for interface {Name}"));
        var request = stackalloc byte[NetworkDevice.RequestSize];
        NetworkDevice.PutName(request, Name);
        return TapQueues.Open(path, queues, offload, request, $"cannot open macvtap tap device {path}", "unable to set vnet or multiqueue flags on macvtap");
    }

    private static string Failure(string name, string lower, ReadOnlySpan<byte> mac) =>
        $"error creating macvtap interface {name}@{lower} ({string.Join(':', mac.ToArray().Select(static one => one.ToString("x2", CultureInfo.InvariantCulture)))})";

    private static string TapOf(int index) => string.Create(CultureInfo.InvariantCulture, $"tap{index}");

    private string? Fact(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Facts, name)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
