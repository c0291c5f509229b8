namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Devices that a domain is made with: none comes, goes or changes.</summary>
internal sealed class FixedKind(string name) : DeviceKind(name);
