using System.Globalization;

namespace Vireo.Host.Facts;

/// <summary>How long KVM polled for a guest instead of giving its processor away, in nanoseconds.</summary>
/// <param name="Successful">Until there was something to do.</param>
/// <param name="Failed">In vain.</param>
public sealed record HaltPolling(ulong Successful, ulong Failed)
{
    private const string Root = "/sys/kernel/debug/kvm";

    /// <summary>A process's; none where it is no guest of KVM or the kernel does not tell.</summary>
    public static HaltPolling Of(int pid)
    {
        if (!Directory.Exists(Root))
            return new(0, 0);
        var vcpus = Directory.EnumerateDirectories(Root, string.Create(CultureInfo.InvariantCulture, $"{pid}-*")).SelectMany(static guest => Directory.EnumerateDirectories(guest, "vcpu*")).ToList();
        return new(Sum(vcpus, "halt_poll_success_ns"), Sum(vcpus, "halt_poll_fail_ns"));
    }

    private static ulong Sum(IEnumerable<string> vcpus, string file) =>
        vcpus.Aggregate(0UL, (sum, vcpu) => sum + (ulong.TryParse(FactFile.Text(Path.Combine(vcpu, file)), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0));
}
