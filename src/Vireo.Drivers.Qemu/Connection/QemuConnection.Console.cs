using System.Net.Sockets;
using Vireo.Config;
using Vireo.Host.Sockets;
using Vireo.Host.Terminals;

namespace Vireo.Drivers.Qemu;

/// <content>Consoles and channels as streams.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask<DriverStream> DomainOpenConsoleAsync(DomainRef dom, string? devName, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainConsoleFlags.Safe | DomainConsoleFlags.Force, "qemuDomainOpenConsole");
        var devices = RequireActive(Find(dom)).Config.Devices;
        var device = devName is null
            ? devices.Consoles.Concat(devices.Serials).FirstOrDefault()
            : devices.Consoles.Concat(devices.Serials).Concat(devices.Parallels).FirstOrDefault(d => d.Alias == devName);
        return device is null
            ? throw VireoException.Internal(ErrorDomain.Qemu, $"cannot find character device {devName ?? "<null>"}")
            : await OpenAsync(device, devName, "console session", (flags & (uint)DomainConsoleFlags.Force) != 0).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverStream> DomainOpenChannelAsync(DomainRef dom, string? name, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainChannelFlags.Force, "qemuDomainOpenChannel");
        var channels = RequireActive(Find(dom)).Config.Devices.Channels;
        var device = name is null ? channels.FirstOrDefault() : channels.FirstOrDefault(d => d.Alias == name || d.Target?.Name == name);
        return device is null
            ? throw VireoException.Internal(ErrorDomain.Qemu, $"cannot find channel {name ?? "<null>"}")
            : await OpenAsync(device, name, "channel stream", (flags & (uint)DomainChannelFlags.Force) != 0).ConfigureAwait(false);
    }

    private async ValueTask<DriverStream> OpenAsync(CharDevice device, string? name, string kind, bool force)
    {
        var path = device.Sources.Count > 0 ? device.Sources[0].Path ?? device.Tty : device.Tty;
        return (device.Type, path) switch
        {
            (CharType.Pty, { } terminal) => await Hypervisor.Consoles.OpenAsync(terminal, kind, force, () => new DescriptorStream(PseudoTerminal.Open(terminal))).ConfigureAwait(false),
            (CharType.Unix, { } socket) => await Hypervisor.Consoles.OpenAsync(socket, kind, force, () => new NetworkStream(UnixSocket.Connect(socket), ownsSocket: true)).ConfigureAwait(false),
            _ => throw VireoException.Internal(ErrorDomain.Qemu, $"character device {name ?? device.Alias} is not using a PTY or UNIX socket"),
        };
    }
}
