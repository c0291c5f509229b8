namespace Vireo.Host.ControlGroups;

/// <summary>What the kernel's control groups control.</summary>
public enum ControlGroupController
{
    /// <summary>Shares and limits of processor time.</summary>
    Cpu,

    /// <summary>The processors and memory nodes that may be used.</summary>
    Cpuset,

    /// <summary>Limits of memory.</summary>
    Memory,

    /// <summary>Weights and limits of block devices.</summary>
    Block,
}
