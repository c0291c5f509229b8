namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>Who makes the CPU that a model imitates.</summary>
internal static class CpuVendors
{
    private static readonly string[] s_nobody = ["qemu32", "qemu64", "kvm32", "kvm64", "486", "pentium", "pentium2", "pentium3"];

    /// <summary>The maker in libvirt's words; <c>unknown</c> for models that imitate no one's.</summary>
    public static string Of(string model) => model switch
    {
        _ when s_nobody.Contains(model) => "unknown",
        _ when model.StartsWith("EPYC", StringComparison.Ordinal) || model.StartsWith("Opteron", StringComparison.Ordinal) || model is "phenom" or "athlon" => "AMD",
        _ when model.StartsWith("Dhyana", StringComparison.Ordinal) => "Hygon",
        _ => "Intel",
    };
}
