namespace Vireo.Drivers.Bhyve;

/// <summary>What the installed <c>bhyve</c> and <c>grub-bhyve</c> can. libvirt finds it out by asking them.</summary>
[Flags]
public enum BhyveFeatures
{
    /// <summary>What the first versions could.</summary>
    None = 0,

    /// <summary>A clock in UTC (<c>-u</c>).</summary>
    UtcClock = 1 << 0,

    /// <summary>32 drives on an AHCI controller.</summary>
    Ahci32Slots = 1 << 1,

    /// <summary>The network card <c>e1000</c>.</summary>
    E1000 = 1 << 2,

    /// <summary>UEFI firmware (<c>-l bootrom</c>).</summary>
    BootRom = 1 << 3,

    /// <summary>A framebuffer that is seen by VNC.</summary>
    Framebuffer = 1 << 4,

    /// <summary>A password for it.</summary>
    VncPassword = 1 << 5,

    /// <summary>CPUs in sockets, cores and threads.</summary>
    CpuTopology = 1 << 6,

    /// <summary>Sound.</summary>
    Sound = 1 << 7,

    /// <summary>A console that the boot loader <c>grub-bhyve</c> uses (<c>--cons-dev</c>).</summary>
    GrubConsole = 1 << 8,

    /// <summary>All of it.</summary>
    All = (1 << 9) - 1,
}
