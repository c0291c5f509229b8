using System.Globalization;
using System.Net.Sockets;
using Vireo.Config;
using Vireo.Drivers.Qemu.Security;
using Vireo.Host.Files;
using Vireo.Host.Processes;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>The sockets that a guest's character devices listen on and that QEMU's user may not make itself, for it may write to no directory but the run's own: made by the daemon, and inherited.</summary>
/// <param name="owner">Whose the process will be.</param>
internal sealed class ListeningSockets(GuestOwner owner) : IDisposable
{
    // Its group may connect, too.
    private const uint Mode = 0x1fd;
    private readonly List<Socket> _sockets = [];
    private readonly List<string> _paths = [];
    private bool _recorded;

    /// <summary>Makes those of a document.</summary>
    /// <param name="started">What the process is started with.</param>
    /// <param name="channels">The run's own directory, where QEMU makes its sockets.</param>
    /// <param name="inherited">What it inherits.</param>
    /// <returns>For each device's alias the number of its socket.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: one cannot be made.</exception>
    public IReadOnlyDictionary<string, string> Open(DomainConfig started, string channels, InheritedFds inherited)
    {
        var numbers = new Dictionary<string, string>(StringComparer.Ordinal);
        var devices = started.Devices;
        // A console that is a serial port under another name has the port's.
        foreach (var device in devices.Serials.Concat(devices.Parallels).Concat(devices.Channels).Concat(devices.Consoles.Where(console => console.Target?.Type != CharTargetType.Serial)))
        {
            if (owner.Account is null or { User: 0 } || ResourceHandover.ListeningAt(device) is not { } path || Path.GetDirectoryName(path) == channels)
            {
                continue;
            }

            var socket = UnixSocket.Listen(path, Mode, backlog: 1);
            _sockets.Add(socket);
            _paths.Add(path);
            numbers[device.Alias!] = inherited.Add(socket.SafeHandle).ToString(CultureInfo.InvariantCulture);
        }

        return numbers;
    }

    /// <summary>Gives them to the process's user, and notes which are to be removed with the run.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void Record(string directory)
    {
        SocketNames.Made(directory, _paths);
        _recorded = true;
        foreach (var path in _paths)
        {
            using var file = PinnedFile.TryOpen(path);
            file?.ChangeOwner(owner.Label.User, owner.Label.Group);
        }
    }

    /// <summary>Lets go of them; of a run that has not come about they are removed.</summary>
    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        foreach (var path in _recorded ? [] : _paths)
        {
            File.Delete(path);
        }
    }
}
