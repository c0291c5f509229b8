namespace Vireo.Cpu;

/// <summary>A model that a hypervisor can run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Blockers">Features of the hypervisor's version of it that it cannot give on this host.</param>
public sealed record HypervisorCpuModel(string Name, IReadOnlyList<string> Blockers);
