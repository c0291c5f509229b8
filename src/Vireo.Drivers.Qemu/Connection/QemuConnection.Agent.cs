using System.Buffers;
using System.Text;
using System.Text.Json;
using Vireo.Drivers.Qemu.Agent;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu;

/// <content>What is asked of the guest through its agent.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask<int> DomainFsfreezeAsync(DomainRef dom, string[] mountpoints, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainFSFreeze");
        return await AskAsync(dom, "virDomainFSFreeze", agent => agent.FreezeAsync(mountpoints, null, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> DomainFsthawAsync(DomainRef dom, string[] mountpoints, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainFSThaw");
        var domain = Find(dom);
        if (mountpoints.Length > 0)
        {
            throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, "specifying mountpoints is not supported");
        }

        return await AskAsync(dom, "virDomainFSThaw", _ => domain.RequireProcess().Agent!.ThawAsync(null, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainFstrimAsync(DomainRef dom, string? mountPoint, ulong minimum, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainFSTrim");
        if (mountPoint is not null)
        {
            throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, "Specifying mount point is not supported for now");
        }

        var domain = Find(dom);
        using var turn = await domain.EnterAgentAsync("virDomainFSTrim", cancellationToken).ConfigureAwait(false);
        await domain.RequireAgent().TrimAsync(minimum, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainGetTimeResult> DomainGetTimeAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainGetTime");
        var (seconds, nanoseconds) = await AskAsync(dom, "virDomainGetTime", agent => agent.GetTimeAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return new DomainGetTimeResult(seconds, nanoseconds);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetTimeAsync(DomainRef dom, long seconds, uint nseconds, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainSetTimeFlags.TimeSync, "qemuDomainSetTime");
        var domain = Find(dom);
        using (await domain.EnterAgentAsync("virDomainSetTime", cancellationToken).ConfigureAwait(false))
        {
            if (!domain.View.IsActive)
            {
                // What libvirt says of a domain whose QEMU it has not met yet.
                throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "cannot set time: qemu doesn't support rtc-reset-reinjection command");
            }

            var sync = (flags & (uint)DomainSetTimeFlags.TimeSync) != 0;
            await domain.RequireAgent().SetTimeAsync(sync ? null : (seconds, nseconds), cancellationToken).ConfigureAwait(false);
        }

        // Or QEMU goes on to make up for the ticks that it believes the guest has missed.
        using var job = await domain.EnterAsync("virDomainSetTime", cancellationToken).ConfigureAwait(false);
        await domain.RequireProcess().Monitor.ExecuteAsync("rtc-reset-reinjection", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> DomainGetHostnameAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainGetHostnameFlags.Lease | DomainGetHostnameFlags.Agent, "qemuDomainGetHostname");
        if (((DomainGetHostnameFlags)flags).HasFlag(DomainGetHostnameFlags.Lease | DomainGetHostnameFlags.Agent))
        {
            // libvirt tells function and argument beside this message, without the code's usual words in front.
            const string Both = "Flags 'VIR_DOMAIN_GET_HOSTNAME_LEASE' and 'VIR_DOMAIN_GET_HOSTNAME_AGENT' are mutually exclusive";
            throw VireoException.Received(ErrorCode.InvalidArg, ErrorDomain.Qemu, ErrorSeverity.Error, Both, "qemuDomainGetHostname", "ctl", null, 0, 0);
        }

        var domain = Find(dom);
        if ((flags & (uint)DomainGetHostnameFlags.Lease) == 0)
        {
            try
            {
                return await AskAsync(dom, "virDomainGetHostname", agent => agent.GetHostNameAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (VireoException e) when (e.InnerException is QmpErrorException)
            {
                // An agent that cannot tell knows none.
            }
        }
        else
        {
            RequireActive(domain);
        }

        throw new VireoException(ErrorCode.NoHostname, ErrorDomain.Qemu, $"no hostname found for domain {domain.View.Name}");
    }

    /// <inheritdoc/>
    public override async ValueTask<int> DomainAgentSetResponseTimeoutAsync(DomainRef dom, int timeout, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainAgentSetResponseTimeout");
        AgentPatience.Check(timeout);
        var domain = Find(dom);
        using var turn = await domain.EnterAgentAsync("virDomainAgentSetResponseTimeout", cancellationToken).ConfigureAwait(false);
        domain.Update(v => v with { AgentTimeout = timeout });
        if (domain.Process is { } process)
        {
            if (process.Agent is { } channel)
            {
                channel.Patience = AgentPatience.Of(timeout);
            }

            Hypervisor.SaveStatusSoon(domain, process);
        }

        return 0;
    }

    /// <inheritdoc/>
    public override async ValueTask<string?> QemuDomainAgentCommandAsync(DomainRef dom, string cmd, int timeout, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainQemuAgentCommand");
        return await AskAsync(
            dom,
            "virDomainQemuAgentCommand",
            async agent =>
            {
                AgentPatience.Check(timeout);
                return Compact(await agent.ExecuteRawAsync(ParseCommand(cmd), AgentPatience.Of(timeout), cancellationToken).ConfigureAwait(false));
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the agent of an active domain, when its turn has come.</summary>
    private async Task<T> AskAsync<T>(DomainRef dom, string api, Func<GuestAgent, Task<T>> ask, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var turn = await domain.EnterAgentAsync(api, cancellationToken).ConfigureAwait(false);
        RequireActive(domain);
        return await ask(domain.RequireAgent()).ConfigureAwait(false);
    }

    private static JsonElement ParseCommand(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw VireoException.Internal(ErrorDomain.None, $"cannot parse json {text}: {e.Message}", e);
        }
    }

    private static string Compact(JsonElement answer)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            answer.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
