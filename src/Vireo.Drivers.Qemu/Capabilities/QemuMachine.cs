namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>A machine type of a QEMU.</summary>
/// <param name="Name">Its full name, <c>pc-i440fx-7.2</c>.</param>
/// <param name="Alias">A shorter name for it, <c>pc</c>; null where there is none.</param>
/// <param name="IsDefault">The one taken where none is asked for.</param>
/// <param name="MaxCpus">How many virtual CPUs it can have.</param>
/// <param name="HotpluggableCpus">CPUs can be added while it runs.</param>
/// <param name="NumaMemory">NUMA cells can be given memory by size alone.</param>
/// <param name="Deprecated">It will be removed.</param>
/// <param name="DefaultCpu">The CPU type taken where none is asked for, <c>qemu64-x86_64-cpu</c>.</param>
/// <param name="DefaultRam">The id its main memory must have, <c>pc.ram</c>.</param>
internal sealed record QemuMachine(
    string Name, string? Alias, bool IsDefault, int MaxCpus, bool HotpluggableCpus, bool NumaMemory, bool Deprecated, string? DefaultCpu, string? DefaultRam);
