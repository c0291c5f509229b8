namespace Vireo.Drivers.Bhyve;

/// <summary>The programs that run a guest, each as its path and its arguments.</summary>
/// <param name="Loader">What loads the guest's kernel first; null for a guest whose firmware does.</param>
/// <param name="DeviceMap">The text of <see cref="BhyveHost.DeviceMapFile"/>, when the loader reads one.</param>
/// <param name="Bhyve">What runs the guest.</param>
public sealed record BhyveCommands(IReadOnlyList<string>? Loader, string? DeviceMap, IReadOnlyList<string> Bhyve);
