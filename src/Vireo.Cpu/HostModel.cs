using Vireo.Config;

namespace Vireo.Cpu;

/// <summary>A host's model in place of mode <c>host-model</c>.</summary>
internal static class HostModel
{
    /// <summary>The guest's CPU with all that the host's document says of model and features.</summary>
    public static CpuConfig In(CpuConfig guest, CpuConfig host) => guest with
    {
        Mode = CpuMode.Custom,
        Match = CpuMatch.Exact,
        Model = new CpuModel { Name = host.Model?.Name, Fallback = guest.Model?.Fallback ?? CpuFallback.Allow, VendorId = guest.Model?.VendorId },
        Vendor = host.Vendor,
        Features = [.. host.AskedFeatures()],
    };
}
