using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>An architecture and the QEMU that emulates it.</summary>
/// <param name="Architecture">libvirt's name.</param>
/// <param name="Target">QEMU's name, the ending of the binary's.</param>
/// <param name="WordSize">In bits.</param>
internal sealed record EmulatorTarget(string Architecture, string Target, uint WordSize);

/// <summary>The architectures QEMU emulates, and where their binaries are.</summary>
internal static class EmulatorTargets
{
    /// <summary>The host's architecture, which is that of documents that name none.</summary>
    public const string HostArchitecture = "x86_64";

    /// <summary>All of them, in libvirt's order.</summary>
    public static IReadOnlyList<EmulatorTarget> All { get; } =
    [
        new("alpha", "alpha", 64),
        new("armv6l", "arm", 32),
        new("armv7l", "arm", 32),
        new("aarch64", "aarch64", 64),
        new("cris", "cris", 32),
        new("i686", "i386", 32),
        new("loongarch64", "loongarch64", 64),
        new("m68k", "m68k", 32),
        new("microblaze", "microblaze", 32),
        new("microblazeel", "microblazeel", 32),
        new("mips", "mips", 32),
        new("mipsel", "mipsel", 32),
        new("mips64", "mips64", 64),
        new("mips64el", "mips64el", 64),
        new("ppc", "ppc", 32),
        new("ppc64", "ppc64", 64),
        new("ppc64le", "ppc64", 64),
        new("riscv32", "riscv32", 32),
        new("riscv64", "riscv64", 64),
        new("s390x", "s390x", 64),
        new("sh4", "sh4", 32),
        new("sh4eb", "sh4eb", 64),
        new("sparc", "sparc", 32),
        new("sparc64", "sparc64", 64),
        new("x86_64", "x86_64", 64),
        new("xtensa", "xtensa", 32),
        new("xtensaeb", "xtensaeb", 32),
    ];

    /// <summary>libvirt's name of the architecture QEMU calls <paramref name="target"/>.</summary>
    public static string ArchitectureOf(string target) =>
        All.FirstOrDefault(entry => entry.Target == target && !(target == "arm" && entry.Architecture == "armv6l"))?.Architecture ?? target;

    /// <summary>The machine that libvirt takes where none is asked for; null where it goes by what QEMU says.</summary>
    public static string? PreferredMachine(string architecture) => architecture is "armv6l" or "armv7l" or "aarch64" ? "integratorcp" : null;

    /// <summary>Whether what emulates one architecture runs guests of another.</summary>
    public static bool Runs(string emulated, string guest) => emulated == guest
        || (emulated, guest) is ("x86_64", "i686") or ("aarch64", "armv7l") or ("armv7l", "armv6l") or ("ppc64", "ppc64le");

    /// <summary>The emulator of a document that names none.</summary>
    /// <param name="architecture">The guest's; null for the host's.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: there is no such architecture, or nothing that emulates it.</exception>
    public static string For(string? architecture) => architecture is null or HostArchitecture
        ? Path.Combine("/usr/bin", "qemu-system-" + HostArchitecture)
        : Find(architecture)
            ?? (architecture == "i686" ? For(null) : throw VireoException.ConfigUnsupported(
                ErrorDomain.Domain, All.Any(target => target.Architecture == architecture) ? $"No emulator found for arch '{architecture}'" : $"Unknown architecture {architecture}"));

    /// <summary>The emulator for an architecture found along PATH; null where none is installed.</summary>
    public static string? Find(string architecture) =>
        All.FirstOrDefault(entry => entry.Architecture == architecture) is { } target ? ProgramPath.Find("qemu-system-" + target.Target) : null;
}
