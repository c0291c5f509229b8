using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Files;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu;

/// <content>What reaches a guest beside its devices: keys, the interrupt that cannot be masked, and clients of its displays.</content>
internal sealed partial class QemuConnection
{
    private const string GraphicsFd = "vireo-graphics";
    private const int MostKeys = 16;

    /// <inheritdoc/>
    public override async ValueTask DomainSendKeyAsync(DomainRef dom, uint codeset, uint holdtime, uint[] keycodes, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainSendKey");
        if (keycodes.Length is 0 or > MostKeys)
        {
            throw VireoException.ConflictingFlags(ErrorDomain.Domain, keycodes.Length == 0 ? "nkeycodes in virDomainSendKey must be greater than zero" : $"nkeycodes in virDomainSendKey must be less than or equal to {MostKeys}");
        }

        var set = KeyCodes.NameOf((KeycodeSet)codeset) ?? throw VireoException.ConflictingFlags(ErrorDomain.Domain, $"Unsupported codeset '{codeset}'");
        var keys = keycodes.Select(code => KeyCodes.ToQnum((KeycodeSet)codeset, code) is { } key
            ? (int)key
            : throw VireoException.Internal(ErrorDomain.Qemu, $"cannot translate keycode {code} of {set} codeset to qnum keycode")).ToList();
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainSendKey", cancellationToken).ConfigureAwait(false);
        await domain.RequireProcess().Monitor.ExecuteAsync(Qmp.SendKey(keys, (int)Math.Min(holdtime, int.MaxValue)), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainInjectNmiAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainInjectNMI");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainInjectNMI", cancellationToken).ConfigureAwait(false);
        await domain.RequireProcess().Monitor.ExecuteAsync(Qmp.InjectNmi, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainOpenGraphicsAsync(DomainRef dom, uint idx, uint flags, IReadOnlyList<SafeFileHandle> files, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainOpenGraphicsFlags.Skipauth, "qemuDomainOpenGraphics");
        if (files is not [var client])
        {
            throw VireoException.InvalidArgument(ErrorDomain.Domain, "one socket is needed");
        }

        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainOpenGraphics", cancellationToken).ConfigureAwait(false);
        await AddClientAsync(domain.RequireProcess(), idx, flags, client, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<SafeFileHandle> DomainOpenGraphicsFdAsync(DomainRef dom, uint idx, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainOpenGraphicsFlags.Skipauth, "qemuDomainOpenGraphicsFD");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainOpenGraphicsFD", cancellationToken).ConfigureAwait(false);
        var process = domain.RequireProcess();
        var (theirs, ours) = UnixSocket.Pair();
        using (theirs)
        using (ours)
        {
            await AddClientAsync(process, idx, flags, theirs.SafeHandle, cancellationToken).ConfigureAwait(false);
            return HostFile.Duplicate(ours.SafeHandle);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DomainGraphicsReloadAsync(DomainRef dom, uint type, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainGraphicsReload");
        if (!Enum.IsDefined((DomainGraphicsReloadType)type))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"unknown graphics reload type {type}");
        }

        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainGraphicsReload", cancellationToken).ConfigureAwait(false);
        var process = domain.RequireProcess();
        if (process.Live.Devices.Graphics.All(graphics => graphics.Type != GraphicsType.Vnc))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "domain has no VNC graphics to reload");
        }

        await process.Monitor.ExecuteAsync(Qmp.ReloadVncCertificates, cancellationToken).ConfigureAwait(false);
    }

    private static async Task AddClientAsync(QemuProcess process, uint index, uint flags, System.Runtime.InteropServices.SafeHandle client, CancellationToken cancellationToken)
    {
        var graphics = process.Live.Devices.Graphics;
        if (index >= graphics.Count)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"No graphics backend with index {index}");
        }

        var protocol = graphics[(int)index].Type switch
        {
            GraphicsType.Vnc => "vnc",
            GraphicsType.Spice => "spice",
            var other => throw VireoException.Internal(ErrorDomain.Qemu, $"Can only open VNC, SPICE or D-Bus p2p graphics backends, not {other?.ToXmlName()}"),
        };
        await process.Monitor.ExecuteAsync(Qmp.GetFd(GraphicsFd, client), cancellationToken).ConfigureAwait(false);
        await process.Monitor.ExecuteAsync(Qmp.AddClient(protocol, GraphicsFd, (flags & (uint)DomainOpenGraphicsFlags.Skipauth) != 0), cancellationToken).ConfigureAwait(false);
    }
}
