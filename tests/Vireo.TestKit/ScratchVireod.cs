namespace Vireo.TestKit;

/// <summary>A vireod with a root of its own.</summary>
public sealed class ScratchVireod : ScratchDaemon
{
    /// <summary>What the daemon is set to: like the scratch libvirtd it leaves files to their owners and has its guests run as root, unless the environment of the tests names a user (<c>VIREO_GUEST_USER</c>).</summary>
    public string Settings { get; init; } = System.Environment.GetEnvironmentVariable("VIREO_GUEST_USER") is { Length: > 0 } user ? $"user = \"{user}\"\n" : "user = \"root\"\ngroup = \"root\"\ndynamic_ownership = 0\n";

    /// <inheritdoc/>
    public override DaemonKind Kind => DaemonKind.Vireod;

    /// <inheritdoc/>
    public override string SocketPath => Scratch["run/libvirt/libvirt-sock"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Command()
    {
        string file = Scratch["etc/vireo/vireod.conf"];
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Settings);
        }

        return [Repository.Program("vireod"), "--root", Root];
    }
}
