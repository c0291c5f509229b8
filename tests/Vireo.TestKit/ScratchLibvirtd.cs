namespace Vireo.TestKit;

/// <summary>A stock libvirtd in a mount namespace of its own (see scripts/scratch-libvirtd).</summary>
public sealed class ScratchLibvirtd : ScratchDaemon
{
    /// <inheritdoc/>
    public override DaemonKind Kind => DaemonKind.Libvirtd;

    /// <inheritdoc/>
    public override string SocketPath => Scratch["sock/libvirt-sock"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Command() => [Repository.Path("scripts", "scratch-libvirtd"), Root];
}
