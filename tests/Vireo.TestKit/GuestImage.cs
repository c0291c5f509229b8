namespace Vireo.TestKit;

/// <summary>The small Linux guest (see scripts/guest-image and scripts/guest-init).</summary>
public sealed record GuestImage(string Kernel, string Initramfs)
{
    private static readonly Lazy<Task<GuestImage>> Built = new(BuildAsync);

    /// <summary>The kernel command line that brings the guest up on its serial port.</summary>
    public const string CommandLine = "console=ttyS0 quiet";

    /// <summary>A channel for the guest agent, for a domain's devices.</summary>
    public const string AgentChannel = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\n";

    /// <summary>The image with the guest agent and ext4: larger, and slower to boot.</summary>
    public GuestImage WithAgent => this with { Initramfs = Path.Combine(Path.GetDirectoryName(Initramfs)!, "initramfs-agent.gz") };

    /// <summary>The image, built when it is first asked for.</summary>
    public static Task<GuestImage> GetAsync() => Built.Value;

    private static async Task<GuestImage> BuildAsync()
    {
        string folder = Repository.Path("artifacts", "guest");
        Directory.CreateDirectory(folder);
        // Test projects may run at the same time.
        await ProgramRun.CheckAsync("/usr/bin/flock", Path.Combine(folder, "lock"), Repository.Path("scripts", "guest-image"), folder);
        return new GuestImage(Path.Combine(folder, "vmlinuz"), Path.Combine(folder, "initramfs.gz"));
    }
}
