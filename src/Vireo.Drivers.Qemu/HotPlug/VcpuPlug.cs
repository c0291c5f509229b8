using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Plugs virtual processors into a running guest, and takes them from it.</summary>
/// <param name="devices">The guest's devices.</param>
internal sealed class VcpuPlug(RunningDevices devices)
{
    /// <summary>Plugs in, before a guest runs, those of its document that can go again.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: QEMU has no place for one.</exception>
    public static async Task StartAsync(QemuProcess process, CancellationToken cancellationToken)
    {
        var wanted = process.Live.Vcpus.Where(v => v is { Enabled: true, Hotpluggable: true }).OrderBy(v => v.Order ?? uint.MaxValue).ThenBy(v => v.Id).ToList();
        process.Live = process.Live with { Vcpus = VcpuSet.Ordered(process.Live.Vcpus, [.. wanted.Select(v => v.Id!.Value)]) };
        if (wanted.Count == 0)
        {
            return;
        }

        var places = await process.Monitor.ExecuteAsync(PluggableVcpu.Query, cancellationToken).ConfigureAwait(false);
        foreach (var vcpu in wanted)
        {
            await process.Monitor.ExecuteAsync(PlaceOf(places, vcpu.Id!.Value).Add, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has so many.</summary>
    /// <param name="count">How many; no more than there may be.</param>
    /// <param name="cancellationToken">Gives up; those that came and went by then stay so.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: others than those that can go would have to; what QEMU or the guest says.</exception>
    public async Task SetCountAsync(uint count, CancellationToken cancellationToken)
    {
        var states = VcpuSet.Of(devices.Live, live: true);
        var now = VcpuSet.Online(devices.Live);
        var adds = count > now;
        List<Config.VcpuState> chosen = adds
            ? [.. states.Where(s => s.Enabled != true).Take((int)(count - now))]
            : [.. states.Reverse().Where(s => s.Enabled == true && s.Hotpluggable != false).Take((int)(now - count))];
        if (chosen.Count != Math.Abs((long)count - now))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "failed to find appropriate hotpluggable vcpus to reach the desired target vcpu count");
        }

        await ChangeAsync([.. chosen.Select(s => s.Id!.Value)], adds, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Switches some on or off.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG, VIR_ERR_OPERATION_UNSUPPORTED: they are so, or cannot be; what QEMU or the guest says.</exception>
    public Task SetStateAsync(NumberSet numbers, bool online, CancellationToken cancellationToken)
    {
        var states = VcpuSet.Of(devices.Live, live: true).Where(s => numbers.Contains((int)s.Id!.Value)).ToList();
        foreach (var state in states)
        {
            if (state.Enabled == online)
            {
                throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"vcpu '{state.Id}' is already in requested state");
            }

            if (state is { Enabled: true, Hotpluggable: null })
            {
                throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"vcpu '{state.Id}' can't be hotunplugged");
            }

            if (state is { Enabled: true, Hotpluggable: false })
            {
                throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"vcpu '{state.Id}' can't be unplugged");
            }
        }

        return ChangeAsync([.. states.Select(s => s.Id!.Value)], online, cancellationToken);
    }

    private async Task ChangeAsync(IReadOnlyList<uint> numbers, bool online, CancellationToken cancellationToken)
    {
        var places = await devices.Process.Monitor.ExecuteAsync(PluggableVcpu.Query, cancellationToken).ConfigureAwait(false);
        foreach (var number in numbers)
        {
            if (online)
            {
                await devices.ExecuteAsync(PlaceOf(places, number).Add, cancellationToken).ConfigureAwait(false);
            }
            else if (!await new LiveUnplug(devices).AskAsync(VcpuSet.Alias(number), wait: true, cancellationToken).ConfigureAwait(false))
            {
                throw new VireoException(ErrorCode.OperationTimeout, ErrorDomain.Qemu, "vcpu unplug request timed out. Unplug result must be manually inspected in the domain");
            }

            await devices.ShowAsync(live => VcpuSet.WithState(live, number, online)).ConfigureAwait(false);
        }
    }

    private static PluggableVcpu PlaceOf(IReadOnlyList<PluggableVcpu> places, uint number) => places.FirstOrDefault(place => place.Number == number)
        ?? throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"vcpu '{number}' can't be plugged in by itself");
}
