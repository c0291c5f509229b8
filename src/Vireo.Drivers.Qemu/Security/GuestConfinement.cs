using Vireo.Host.Security;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>The profile that keeps a guest's process to what is its own.</summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="Maker">Who has the kernel know it; null when somebody else has.</param>
internal sealed record GuestConfinement(string Profile, AppArmor? Maker)
{
    /// <summary>The name of its model.</summary>
    public const string Model = "apparmor";
}
