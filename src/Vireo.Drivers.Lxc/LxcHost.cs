namespace Vireo.Drivers.Lxc;

/// <summary>What a definition takes from the host of a container.</summary>
/// <param name="Emulator">The program that runs containers.</param>
/// <param name="Architecture">What the host's CPUs are, by libvirt's name.</param>
public sealed record LxcHost(string Emulator, string Architecture)
{
    /// <summary>All that containers may be of: the host's own architecture, and the one of 32 bits that it runs, too.</summary>
    internal ReadOnlySpan<string> Architectures => Architecture switch
    {
        "x86_64" => ["x86_64", "i686"],
        "s390x" => ["s390x", "s390"],
        "ppc64" => ["ppc64", "ppc"],
        "parisc64" => ["parisc64", "parisc"],
        "sparc64" => ["sparc64", "sparc"],
        "mips64" => ["mips64", "mips"],
        _ => new string[] { Architecture },
    };
}
