namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>A CPU model of a QEMU.</summary>
/// <param name="Name">Its name, <c>Westmere</c>.</param>
/// <param name="Type">Its type, <c>Westmere-x86_64-cpu</c>.</param>
/// <param name="Blockers">What this host lacks for it; empty when it is usable.</param>
/// <param name="Deprecated">It will be removed.</param>
internal sealed record QemuCpuModel(string Name, string Type, IReadOnlyList<string> Blockers, bool Deprecated)
{
    /// <summary>A guest with this model can run here.</summary>
    public bool Usable => Blockers.Count == 0;
}
