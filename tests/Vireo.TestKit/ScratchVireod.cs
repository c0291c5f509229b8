namespace Vireo.TestKit;

/// <summary>A vireod with a root of its own.</summary>
public sealed class ScratchVireod : ScratchDaemon
{
    /// <inheritdoc/>
    public override DaemonKind Kind => DaemonKind.Vireod;

    /// <inheritdoc/>
    public override string SocketPath => Scratch["run/libvirt/libvirt-sock"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Command() => [Repository.Program("vireod"), "--root", Root];
}
