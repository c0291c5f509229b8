namespace Vireo.TestKit;

/// <summary>A stock libvirtd in a mount namespace of its own (see scripts/scratch-libvirtd).</summary>
public sealed class ScratchLibvirtd : ScratchDaemon
{
    /// <summary>Its qemu.conf; null for guests that run as root and leave files whose they are.</summary>
    public string? Settings { get; init; }

    /// <inheritdoc/>
    public override DaemonKind Kind => DaemonKind.Libvirtd;

    /// <inheritdoc/>
    public override string SocketPath => Scratch["sock/libvirt-sock"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Command()
    {
        if (Settings is not null)
            File.WriteAllText(Scratch["qemu.conf"], Settings);
        return [Repository.Path("scripts", "scratch-libvirtd"), Root];
    }
}
