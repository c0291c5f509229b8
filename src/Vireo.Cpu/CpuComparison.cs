namespace Vireo.Cpu;

/// <summary>How a CPU that is asked for stands to a host's.</summary>
public enum CpuFit
{
    /// <summary>The host cannot give it.</summary>
    Incompatible,

    /// <summary>The host has just this.</summary>
    Identical,

    /// <summary>The host has this and more.</summary>
    Superset,
}

/// <summary>The result of a comparison.</summary>
/// <param name="Fit">How they stand.</param>
/// <param name="Reason">Why the host cannot give it.</param>
public sealed record CpuComparison(CpuFit Fit, string? Reason = null)
{
    /// <summary>The error of a comparison that had to succeed.</summary>
    public VireoException Incompatible() => new(ErrorCode.CpuIncompatible, ErrorDomain.Cpu, Reason);
}
