namespace Vireo.Host.Processes;

/// <summary>What a program sees below /dev instead of what the host has there.</summary>
/// <param name="Staging">An empty directory where its tree is put together, out of sight of everybody else.</param>
/// <param name="Shared">Devices as they are on the host; those that it does not have are left out.</param>
/// <param name="Own">Devices that belong to the program's user here, whoever they belong to on the host.</param>
public sealed record PrivateDevices(string Staging, IReadOnlyList<string> Shared, IReadOnlyList<string> Own);
