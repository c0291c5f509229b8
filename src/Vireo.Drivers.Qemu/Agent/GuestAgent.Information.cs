using System.Text.Json;

namespace Vireo.Drivers.Qemu.Agent;

/// <content>What the guest tells of itself.</content>
internal sealed partial class GuestAgent
{
    /// <summary>Who is logged in.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<IReadOnlyList<GuestUser>> GetUsersAsync(CancellationToken cancellationToken) =>
        [.. (await AskAsync("guest-get-users", cancellationToken).ConfigureAwait(false)).Items("guest-get-users reply was missing return data").Select(GuestUser.Read)];

    /// <summary>What runs in the guest, by the agent's names.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public Task<JsonElement> GetOperatingSystemAsync(CancellationToken cancellationToken) => AskObjectAsync("guest-get-osinfo", cancellationToken);

    /// <summary>The guest's time zone: its name where it has one, and its seconds east of UTC.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<(string? Zone, int Offset)> GetTimezoneAsync(CancellationToken cancellationToken)
    {
        var answer = await AskObjectAsync("guest-get-timezone", cancellationToken).ConfigureAwait(false);
        return answer.Member("offset") is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var offset)
            ? (answer.Text("zone"), offset)
            : throw GuestAnswer.Error("'offset' missing in reply of guest-get-timezone");
    }

    /// <summary>The mounted file systems, last first as libvirt tells them.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<IReadOnlyList<GuestFileSystem>> GetFileSystemsAsync(CancellationToken cancellationToken) =>
        [.. (await AskAsync("guest-get-fsinfo", cancellationToken).ConfigureAwait(false)).Items("Malformed guest-get-fsinfo data array").Reverse().Select(GuestFileSystem.Read)];

    /// <summary>The disks and their parts.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<IReadOnlyList<GuestDisk>> GetDisksAsync(CancellationToken cancellationToken) =>
        [.. (await AskAsync("guest-get-disks", cancellationToken).ConfigureAwait(false)).Items("qemu agent didn't return an array of disks").Select(GuestDisk.Read)];

    /// <summary>The network interfaces and their addresses.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<IReadOnlyList<DomainInterface>> GetInterfacesAsync(CancellationToken cancellationToken) =>
        GuestInterfaces.Read(await AskAsync("guest-network-get-interfaces", cancellationToken).ConfigureAwait(false));

    private Task<JsonElement> AskAsync(string command, CancellationToken cancellationToken) => ExecuteAsync(command, null, cancellationToken);

    private async Task<JsonElement> AskObjectAsync(string command, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(command, cancellationToken).ConfigureAwait(false);
        return answer.ValueKind == JsonValueKind.Object ? answer : throw GuestAnswer.Error($"{command} reply was missing return data");
    }
}
