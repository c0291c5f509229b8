using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>Whether this host offers KVM. Looked at once in the life of the daemon; whether QEMU can use it, QEMU tells.</summary>
internal static class HostKvm
{
    private static readonly Lazy<string> s_fingerprint = new(static () =>
    {
        try
        {
            using var device = HostFile.OpenExisting("/dev/kvm", write: true);
            return "usable";
        }
        catch (VireoException exception)
        {
            return $"errno {exception.Number1}";
        }
    });

    /// <summary>Changes when KVM comes, goes, or may no longer be used.</summary>
    public static string Fingerprint => s_fingerprint.Value;
}
