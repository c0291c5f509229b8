using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Lxc.Native;

/// <summary>Reads a configuration of LXC's tools into a definition.</summary>
internal static class NativeContainer
{
    private const ulong MemoryMiB = 64;
    private const int MostConsoles = 1024;

    // libvirt's names of architectures; another is as if none was told.
    private static readonly HashSet<string> s_architectures =
    [
        "alpha", "armv6l", "armv7l", "armv7b", "aarch64", "cris", "i686", "ia64", "lm32", "m68k", "microblaze", "microblazeel", "mips", "mipsel", "mips64", "mips64el", "openrisc", "parisc", "parisc64",
        "ppc", "ppcle", "ppc64", "ppc64le", "ppcemb", "riscv32", "riscv64", "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32", "x86_64", "xtensa", "xtensaeb",
    ];

    /// <summary>The container that a file describes.</summary>
    public static DomainConfig Read(string text, LxcHost host)
    {
        var config = NativeConfig.Parse(text);
        var name = config.Text("lxc.uts.name", "lxc.utsname") ?? throw LxcErrors.Internal("lxc.uts.name or lxc.utsname is missing");
        var root = config.Text("lxc.rootfs.path", "lxc.rootfs") ?? throw LxcErrors.Internal("lxc.rootfs.path or lxc.rootfs is missing");
        if (config.Text("lxc.mount.fstab", "lxc.mount") is not null)
            throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Lxc, "lxc.mount.fstab or lxc.mount found, use lxc.mount.entry lines instead");
        var network = NativeNetwork.Read(config);
        var domain = NativeTuning.Apply(config, new DomainConfig
        {
            Type = DomainType.Lxc,
            Name = name,
            Uuid = Guid.NewGuid(),
            Memory = DataSize.FromMiB(MemoryMiB),
            CurrentMemory = DataSize.FromMiB(MemoryMiB),
            Vcpu = new VcpuConfig { Placement = CpuPlacement.Static, Count = 1 },
            Os = new OsConfig { Type = new OsType { Kind = "exe", Arch = Architecture(config) }, Init = "/sbin/init" },
            Idmap = NativeIdmap.Read(config),
            Features = new FeaturesConfig { Privnet = network.IsPrivate, Capabilities = Capabilities(config) },
            Clock = new ClockConfig { Offset = ClockOffset.Utc },
            OnPoweroff = LifecycleAction.Destroy,
            OnReboot = LifecycleAction.Restart,
            OnCrash = LifecycleAction.Destroy,
            Devices = new DevicesConfig
            {
                Emulator = host.Emulator,
                Filesystems = NativeMounts.Read(config, root),
                Interfaces = network.Cards,
                Hostdevs = network.Hostdevs,
                Consoles = Consoles(config),
            },
        });
        return Check(domain, host);
    }

    private static DomainConfig Check(DomainConfig domain, LxcHost host)
    {
        GuestKind.Require(domain, DomainType.Lxc, "exe", host.Architecture, host.Architectures);
        if (domain.Name is not { Length: > 0 })
            throw new VireoException(ErrorCode.NoName, ErrorDomain.Domain, null);
        if (domain.Name.Contains('/', StringComparison.Ordinal))
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"name {domain.Name} cannot contain '/'");
        return MemoryDefaults.Apply(domain);
    }

    private static string? Architecture(NativeConfig config) => config.Text("lxc.arch") switch
    {
        "x86" => "i686",
        "amd64" => "x86_64",
        { } known when s_architectures.Contains(known) => known,
        _ => null,
    };

    private static ContainerCapabilities Capabilities(NativeConfig config) =>
        config.All("lxc.cap.drop").SelectMany(NativeConfig.Words).Aggregate(new ContainerCapabilities { Policy = CapabilityPolicy.Allow }, CapabilityNames.Drop);

    private static ConfigList<CharDevice> Consoles(NativeConfig config)
    {
        if (config.Text("lxc.tty.max", "lxc.tty") is not { } text)
            return default;
        var count = NativeConfig.Number(text, int.MaxValue) ?? throw LxcErrors.Internal($"failed to parse int: '{text}'");
        if (count > MostConsoles)
            throw LxcErrors.Internal($"{count} consoles are more than {MostConsoles}");
        return Enumerable.Range(0, (int)count).Select(port => new CharDevice { Type = CharType.Pty, Target = new CharTarget { Type = CharTargetType.Lxc, Port = port } }).ToConfigList();
    }
}
