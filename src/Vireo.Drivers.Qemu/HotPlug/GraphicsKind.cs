using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Displays; of a running guest the password changes.</summary>
internal sealed class GraphicsKind() : DeviceKind("graphics")
{
    /// <inheritdoc/>
    public override DomainConfig Update(DevicesConfig wanted, DomainConfig config)
    {
        var at = At(wanted, config);
        return at < 0
            ? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"cannot find existing graphics type '{wanted.Graphics[0].Type?.ToXmlName()}' device to modify")
            : config with { Devices = config.Devices with { Graphics = config.Devices.Graphics.SetItem(at, wanted.Graphics[0]) } };
    }

    /// <inheritdoc/>
    public override async Task UpdateAsync(DevicesConfig wanted, RunningDevices devices, bool force, CancellationToken cancellationToken)
    {
        var given = wanted.Graphics[0];
        var at = At(wanted, devices.Live);
        if (at < 0)
        {
            throw Missing($"cannot find existing graphics device to modify of type '{given.Type?.ToXmlName()}'");
        }

        var present = devices.Live.Devices.Graphics[at];
        RequireSame(given, present);
        if (given.Passwd != present.Passwd || given.PasswdValidTo != present.PasswdValidTo || given.Connected != present.Connected)
        {
            foreach (var command in StartCommands.Password(given))
            {
                await devices.ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
            }
        }

        var shown = present with { Passwd = given.Passwd, PasswdValidTo = given.PasswdValidTo, Connected = given.Connected };
        await devices.ShowAsync(live => live with { Devices = live.Devices with { Graphics = live.Devices.Graphics.SetItem(at, shown) } }).ConfigureAwait(false);
    }

    private static int At(DevicesConfig wanted, DomainConfig config) => config.Devices.Graphics.FindIndex(g => g.Type == wanted.Graphics[0].Type);

    private static void RequireSame(GraphicsConfig given, GraphicsConfig present)
    {
        var kind = present.Type!.Value.ToXmlName();
        var listens = given.Listens.IsEmpty ? [new GraphicsListen { Type = GraphicsListenType.Address, Address = given.ListenAddress }] : given.Listens;
        Require(listens.Count, present.Listens.Count, "cannot change the number of listen addresses on '{0}' graphics", kind);
        foreach (var (listen, has) in listens.Zip(present.Listens))
        {
            Require(listen.Type, has.Type, "cannot change the type of listen address on '{0}' graphics", kind);
            Require(listen.Address ?? (listen.Type == GraphicsListenType.Address ? given.ListenAddress : null), has.Address, "cannot change listen address setting on '{0}' graphics", kind);
            Require(listen.Network, has.Network, "cannot change listen network setting on '{0}' graphics", kind);
            Require(listen.Socket ?? has.Socket, has.Socket, "cannot change listen socket setting on '{0}' graphics", kind);
        }

        var autoport = given.Autoport ?? given.Port is null or -1;
        Require(autoport, present.Autoport == true, "cannot change port settings on {0} graphics", kind);
        if (!autoport)
        {
            Require(given.Port, present.Port, "cannot change port settings on {0} graphics", kind);
        }

        Require(given.Keymap, present.Keymap, "cannot change keymap setting on {0} graphics", kind);
    }

    private static void Require<T>(T given, T present, string refusal, string kind)
    {
        if (!EqualityComparer<T>.Default.Equals(given, present))
        {
            throw Unpluggable(refusal.Replace("{0}", kind, StringComparison.Ordinal));
        }
    }
}
