using System.Text.Json;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Agent;

/// <content>The commands that the driver itself gives.</content>
internal sealed partial class GuestAgent
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private static readonly QmpCommand s_thaw = new("guest-fsfreeze-thaw");

    /// <summary>Freezes the guest's file systems; returns how many. Thaw it, whatever happens after.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<int> FreezeAsync(IReadOnlyList<string>? mountpoints, TimeSpan? deadline, CancellationToken cancellationToken)
    {
        var command = mountpoints is { Count: > 0 }
            ? new QmpCommand("guest-fsfreeze-freeze-list", w =>
            {
                w.WriteStartArray("mountpoints");
                foreach (var mountpoint in mountpoints)
                    w.WriteStringValue(mountpoint);
                w.WriteEndArray();
            })
            : new QmpCommand("guest-fsfreeze-freeze");
        return Count(await ExecuteAsync(command, deadline, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Thaws the guest's file systems; returns how many.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<int> ThawAsync(TimeSpan? deadline, CancellationToken cancellationToken) =>
        Count(await ExecuteAsync(s_thaw, deadline, cancellationToken).ConfigureAwait(false));

    /// <summary>Thaws the guest's file systems after a freeze that was not answered.</summary>
    /// <inheritdoc cref="ExecuteBehindAsync"/>
    public Task ThawBehindAsync(TimeSpan deadline, CancellationToken cancellationToken) => ExecuteBehindAsync(s_thaw, deadline, cancellationToken);

    /// <summary>Lets the guest discard unused blocks.</summary>
    /// <param name="minimum">Contiguous free ranges shorter than this many bytes may be left.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="ExecuteAsync"/>.</exception>
    public Task TrimAsync(ulong minimum, CancellationToken cancellationToken) =>
        ExecuteAsync(new("guest-fstrim", w => w.WriteNumber("minimum", minimum)), null, cancellationToken);

    /// <summary>The guest's clock since 1970.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<(long Seconds, uint Nanoseconds)> GetTimeAsync(CancellationToken cancellationToken)
    {
        var time = await ExecuteAsync("guest-get-time", null, cancellationToken).ConfigureAwait(false);
        return time.ValueKind == JsonValueKind.Number && time.TryGetInt64(out var nanoseconds) && nanoseconds >= 0
            ? (nanoseconds / NanosecondsPerSecond, (uint)(nanoseconds % NanosecondsPerSecond))
            : throw Malformed();
    }

    /// <summary>Sets the guest's clock.</summary>
    /// <param name="time">Since 1970; null for what its hardware clock says.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: the agent counts nanoseconds in 63 bits; else as <see cref="ExecuteAsync"/>.</exception>
    public async Task SetTimeAsync((long Seconds, uint Nanoseconds)? time, CancellationToken cancellationToken)
    {
        if (time is not { } given)
        {
            await ExecuteAsync("guest-set-time", null, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (given.Seconds > (long.MaxValue / NanosecondsPerSecond) - 1)
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"Time '{given.Seconds}' is too big for guest agent");
        var nanoseconds = unchecked((given.Seconds * NanosecondsPerSecond) + given.Nanoseconds);
        await ExecuteAsync(new("guest-set-time", w => w.WriteNumber("time", nanoseconds)), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The guest's host name.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<string> GetHostNameAsync(CancellationToken cancellationToken)
    {
        var answer = await ExecuteAsync("guest-get-host-name", null, cancellationToken).ConfigureAwait(false);
        return answer.Text("host-name", "'host-name' missing in guest-get-host-name reply");
    }

    private static int Count(JsonElement result) => result.ValueKind == JsonValueKind.Number && result.TryGetInt32(out var count) ? count : throw Malformed();

    private static VireoException Malformed() => VireoException.Internal(ErrorDomain.Qemu, "malformed return value");
}
