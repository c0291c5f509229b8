namespace Vireo.Drivers.Qemu.Defaults.Machines;

/// <summary>A machine of an architecture whose boards are not known here. QEMU's abilities can be told of, but no domain defined.</summary>
/// <param name="name">The machine's canonical name.</param>
internal sealed class UnknownMachine(string name) : MachineKind(name);
