using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Agent;

/// <summary>The guest agent of one run of a domain: connected while the guest holds its end of the channel open.</summary>
/// <param name="alias">The channel's alias.</param>
/// <param name="path">The channel's socket; null when it is of a kind that cannot be used.</param>
/// <param name="domain">The domain's name, for the log.</param>
/// <param name="log">The log.</param>
internal sealed partial class AgentChannel(string alias, string? path, string domain, ILogger log) : IAsyncDisposable
{
    private const string PortName = "org.qemu.guest_agent.0";

    private readonly Lock _gate = new();
    private GuestAgent? _agent;
    private bool _failed;
    private bool _closed;
    private int _owesThaw;

    /// <summary>The channel's alias.</summary>
    public string Alias { get; } = alias;

    /// <summary>How long agents are waited for, those that connect from now on too.</summary>
    public TimeSpan Patience
    {
        get;
        set
        {
            field = value;
            if (_agent is { } agent)
            {
                agent.Patience = value;
            }
        }
    } = Timeout.InfiniteTimeSpan;

    /// <summary>The channel of a live document; null when it has none for the agent.</summary>
    public static AgentChannel? Of(DomainConfig live, ILogger log) =>
        live.Devices.Channels.FirstOrDefault(c => c.Target is { Type: CharTargetType.Virtio, Name: PortName }) is { Alias: { } alias } channel
            ? new AgentChannel(alias, channel.Type == CharType.Unix ? channel.Source?.Path : null, live.Name!, log)
            : null;

    /// <summary>The connected agent.</summary>
    /// <exception cref="VireoException">VIR_ERR_AGENT_UNRESPONSIVE: there is none.</exception>
    public GuestAgent Require()
    {
        if (_failed || _agent is { Failed: true })
        {
            throw new VireoException(ErrorCode.AgentUnresponsive, ErrorDomain.Qemu, "QEMU guest agent is not available due to an error");
        }

        return _agent is { IsOpen: true } agent ? agent : throw new VireoException(ErrorCode.AgentUnresponsive, ErrorDomain.Qemu, "QEMU guest agent is not connected");
    }

    /// <summary>The guest has opened its end. What goes wrong is told to those who then want the agent.</summary>
    public void Connect()
    {
        lock (_gate)
        {
            if (_closed || _agent is { IsOpen: true })
            {
                return;
            }
        }

        try
        {
            var agent = new GuestAgent(UnixSocket.Connect(path ?? throw VireoException.Internal(ErrorDomain.Qemu, "the channel is no UNIX socket"))) { Patience = Patience };
            Replace(agent, failed: false);
        }
        catch (VireoException e)
        {
            Replace(null, failed: true);
            LogUnconnected(log, domain, e.Message);
            return;
        }

        PayThaw();
    }

    /// <summary>The guest has closed its end.</summary>
    public void Disconnect() => Replace(null, failed: false);

    /// <summary>Thaws the guest's file systems; returns how many.</summary>
    /// <param name="deadline">How long it may take; <see cref="Patience"/> when null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="GuestAgent.ExecuteAsync"/>.</exception>
    public async Task<int> ThawAsync(TimeSpan? deadline, CancellationToken cancellationToken)
    {
        var thawed = await Require().ThawAsync(deadline, cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _owesThaw, 0);
        return thawed;
    }

    /// <summary>The guest may be frozen though nobody wants it to be: until it was thawed that is tried whenever the agent connects or the guest is resumed.</summary>
    public void OweThaw() => Interlocked.Exchange(ref _owesThaw, 1);

    /// <summary>Tries again the thaw that could not be done when it should have been; beside the caller.</summary>
    public void PayThaw()
    {
        if (Volatile.Read(ref _owesThaw) != 0)
        {
            _ = Task.Run(async () =>
            {
                try
                {
                    await ThawAsync(AgentPatience.Freeze, CancellationToken.None).ConfigureAwait(false);
                    LogThawed(log, domain);
                }
                catch (VireoException e)
                {
                    LogFrozen(log, domain, e.Message);
                }
            });
        }
    }

    /// <summary>Closes the channel for good.</summary>
    public async ValueTask DisposeAsync()
    {
        GuestAgent? last;
        lock (_gate)
        {
            _closed = true;
            (last, _agent) = (_agent, null);
        }

        if (last is not null)
        {
            await last.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Replace(GuestAgent? agent, bool failed)
    {
        GuestAgent? old;
        lock (_gate)
        {
            old = _closed ? agent : _agent;
            _agent = _closed ? null : agent;
            _failed = failed;
        }

        _ = old?.DisposeAsync().AsTask();
    }

    [LoggerMessage(50, LogLevel.Warning, "domain '{Name}': cannot connect to the QEMU guest agent: {Error}")]
    private static partial void LogUnconnected(ILogger log, string name, string error);

    [LoggerMessage(51, LogLevel.Warning, "domain '{Name}': the guest's file systems, left frozen, are thawed")]
    private static partial void LogThawed(ILogger log, string name);

    [LoggerMessage(52, LogLevel.Error, "domain '{Name}': the guest's file systems may be frozen and cannot be thawed: {Error}. It is tried again when the agent connects anew or the guest is resumed; domfsthaw tries at once")]
    private static partial void LogFrozen(ILogger log, string name, string error);
}
