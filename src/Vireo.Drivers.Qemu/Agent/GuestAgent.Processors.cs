using System.Text.Json;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Agent;

/// <content>The virtual processors, as the guest uses them.</content>
internal sealed partial class GuestAgent
{
    /// <summary>The processors.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<IReadOnlyList<GuestVcpu>> GetVcpusAsync(CancellationToken cancellationToken) =>
        [.. (await AskAsync("guest-get-vcpus", cancellationToken).ConfigureAwait(false)).Items("guest-get-vcpus reply was missing return data").Select(GuestVcpu.Read)];

    /// <summary>Has the guest use some of its processors, or do without them.</summary>
    /// <param name="chosen">Their numbers in the guest.</param>
    /// <param name="online">To be used.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: the guest has no such processor; VIR_ERR_OPERATION_UNSUPPORTED: it cannot do without it; else as <see cref="ExecuteAsync"/>.</exception>
    public async Task SetVcpusAsync(NumberSet chosen, bool online, CancellationToken cancellationToken)
    {
        var vcpus = await GetVcpusAsync(cancellationToken).ConfigureAwait(false);
        var missing = NumberSet.Of(chosen.Where(number => !vcpus.Any(vcpu => vcpu.Id == number)));
        if (vcpus.FirstOrDefault(vcpu => !online && !vcpu.CanGoOffline && chosen.Contains((int)Math.Min(vcpu.Id, int.MaxValue))) is { } fixedOne)
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"vCPU '{fixedOne.Id}' is not offlinable");
        if (missing.Count > 0)
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"guest is missing vCPUs '{missing}'");
        await ChangeVcpusAsync([.. chosen.Select(number => new GuestVcpu((uint)number, online, true))], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the guest use so many of its processors (<c>virDomainSetVcpusFlags</c> with VIR_DOMAIN_VCPU_GUEST).</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the guest has not so many, or cannot do with so few; else as <see cref="ExecuteAsync"/>.</exception>
    public async Task SetVcpuCountAsync(int count, CancellationToken cancellationToken)
    {
        var vcpus = await GetVcpusAsync(cancellationToken).ConfigureAwait(false);
        if (vcpus.Any(static vcpu => vcpu is { Online: false, CanGoOffline: false }))
            throw GuestAnswer.Error("Invalid data provided by guest agent");
        var online = vcpus.Count(static vcpu => vcpu.Online);
        if (count > vcpus.Count)
            throw GuestAnswer.Error("guest agent reports less cpu than requested");
        if (count < vcpus.Count(static vcpu => vcpu is { Online: true, CanGoOffline: false }))
            throw GuestAnswer.Error("Cannot offline enough CPUs");
        var more = count > online;
        await ChangeVcpusAsync(
            [.. vcpus.Where(vcpu => vcpu.CanGoOffline && vcpu.Online != more).Take(Math.Abs(count - online)).Select(vcpu => vcpu with { Online = more })], cancellationToken).ConfigureAwait(false);
    }

    // The agent may do some and be asked again for the rest; it does at least one or says why not.
    private async Task ChangeVcpusAsync(IReadOnlyList<GuestVcpu> changes, CancellationToken cancellationToken)
    {
        while (changes.Count > 0)
        {
            var left = changes;
            var answer = await ExecuteAsync(new("guest-set-vcpus", w => WriteVcpus(w, left)), null, cancellationToken).ConfigureAwait(false);
            if (answer.ValueKind != JsonValueKind.Number || !answer.TryGetInt32(out var done) || done <= 0 || done > left.Count)
                throw GuestAnswer.Error("guest agent returned malformed or invalid return value");
            changes = [.. left.Skip(done)];
        }
    }

    private static void WriteVcpus(Utf8JsonWriter writer, IReadOnlyList<GuestVcpu> vcpus)
    {
        writer.WriteStartArray("vcpus");
        foreach (var vcpu in vcpus)
        {
            writer.WriteStartObject();
            writer.WriteNumber("logical-id", vcpu.Id);
            writer.WriteBoolean("online", vcpu.Online);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
