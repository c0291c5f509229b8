namespace Vireo.Drivers.Qemu.SavedState;

/// <summary>A file that a guest's memory is being written to, as the live state tells a later daemon of it.</summary>
/// <param name="Path">The file.</param>
/// <param name="WasRunning">Whether the guest ran before, and is to go on when it fails.</param>
/// <param name="IsSave">Whether the domain ends with it; else the guest goes on in any case.</param>
internal sealed record MemoryTransfer(string Path, bool WasRunning, bool IsSave);
