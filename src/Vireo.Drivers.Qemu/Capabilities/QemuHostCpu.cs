using System.Collections.Frozen;
using Vireo.Cpu.X86;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>The best CPU that a QEMU can give its guests on this host, in QEMU's words.</summary>
/// <param name="Vendor">What CPUID says, <c>GenuineIntel</c>; null when it is not told.</param>
/// <param name="Signature">Family, model and stepping.</param>
/// <param name="Properties">All properties that are on or off.</param>
/// <param name="Features">Those that are on.</param>
/// <param name="Migratable">Those of them that do not keep a guest from being migrated; null when QEMU does not tell.</param>
internal sealed record QemuHostCpu(string? Vendor, CpuSignatureNumbers Signature, FrozenSet<string> Properties, FrozenSet<string> Features, FrozenSet<string>? Migratable);
