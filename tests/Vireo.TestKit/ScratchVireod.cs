namespace Vireo.TestKit;

/// <summary>A vireod with a root of its own.</summary>
public sealed class ScratchVireod : ScratchDaemon
{
    /// <summary>The user that guests run as, where the environment of the tests names one (<c>VIREO_GUEST_USER</c>).</summary>
    public static string? GuestUser { get; } = System.Environment.GetEnvironmentVariable("VIREO_GUEST_USER") is { Length: > 0 } user ? user : null;

    /// <summary>What the daemon is set to, as the scratch libvirtd is: its guests run as root and see the host's devices, and files stay whose they are.</summary>
    public string Settings { get; init; } = GuestUser is { } user ? $"user = \"{user}\"\n" : "user = \"root\"\ngroup = \"root\"\ndynamic_ownership = 0\nnamespaces = []\n";

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
