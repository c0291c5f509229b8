using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.HotPlug;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu;

/// <content>The threads that serve disks.</content>
internal sealed partial class QemuConnection
{
    private static readonly (string Name, string Property, TypedParameterType Type)[] s_polling =
    [
        ("poll_max_ns", "poll-max-ns", TypedParameterType.Ullong), ("poll_grow", "poll-grow", TypedParameterType.Uint), ("poll_shrink", "poll-shrink", TypedParameterType.Uint),
    ];

    /// <inheritdoc/>
    public override async ValueTask<DomainGetIothreadInfoResult> DomainGetIothreadInfoAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainGetIOThreadInfo");
        var domain = Find(dom);
        var config = DomainTuning.Asked(domain, flags);
        DomainIothreadInfo[] told;
        if (ModificationImpact.Of(domain.View, flags).Live)
        {
            var process = domain.RequireProcess();
            var threads = await AnswerAsync(domain, process, process.Figures.Iothreads, cancellationToken).ConfigureAwait(false);
            told = [.. threads.Select(thread => new DomainIothreadInfo(Number(thread.Id), MapOf(AffinityOf(thread.ThreadId))))];
        }
        else
        {
            var pins = new ThreadPins(config);
            told = [.. ProcessorArguments.IoThreadIds(config).Select(id => new DomainIothreadInfo(id, MapOf(pins.OfIothread((int)id) ?? NumberSet.Of(Vireo.Host.Facts.HostProcessors.Online()))))];
        }

        return new DomainGetIothreadInfoResult(told, (uint)told.Length);
    }

    /// <inheritdoc/>
    public override ValueTask DomainAddIothreadAsync(DomainRef dom, uint iothreadId, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainAddIOThread");
        RequireNumber(iothreadId);
        return ThreadAsync(dom, "virDomainAddIOThread", flags, (config, _) => IoThreadSet.With(config, iothreadId), (process, _) => process.Monitor.ExecuteAsync(
            Qmp.ObjectAdd(json =>
            {
                json.WriteString("qom-type", "iothread");
                json.WriteString("id", ProcessorArguments.IoThread(iothreadId));
            }),
            cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DomainDelIothreadAsync(DomainRef dom, uint iothreadId, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainDelIOThread");
        RequireNumber(iothreadId);
        var listed = Find(dom).Process?.ListsIothreads ?? true;
        return ThreadAsync(dom, "virDomainDelIOThread", flags, (config, live) => IoThreadSet.Without(config, iothreadId, listed || !live),
            (process, _) => process.Monitor.ExecuteAsync(Qmp.ObjectDel(ProcessorArguments.IoThread(iothreadId)), cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DomainSetIothreadParamsAsync(DomainRef dom, uint iothreadId, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainSetIOThreadParams");
        TypedParams.Check(@params, [.. s_polling.Select(p => (p.Name, p.Type)), ("thread_pool_min", TypedParameterType.Int), ("thread_pool_max", TypedParameterType.Int)]);
        RequireNumber(iothreadId);
        var (least, most) = (Pool(@params, "thread_pool_min"), Pool(@params, "thread_pool_max"));
        return ThreadAsync(
            dom, "virDomainSetIOThreadParams", flags,
            (config, live) =>
            {
                if (!live && @params.Any(p => s_polling.Any(known => known.Name == p.Field)))
                {
                    throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "configuring persistent polling values is not supported");
                }

                return IoThreadSet.WithPool(config, iothreadId, least, most);
            },
            async (process, _) =>
            {
                foreach (var command in Settings(iothreadId, @params))
                {
                    await process.Monitor.ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    private async ValueTask ThreadAsync(
        DomainRef dom, string function, uint flags, Func<DomainConfig, bool, DomainConfig> change, Func<Lifecycle.QemuProcess, DomainConfig, Task> apply, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var turn = await domain.EnterAsync(function, cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(domain, ModificationImpact.Of(domain.View, flags), change, apply).ConfigureAwait(false);
    }

    // The wider bound first, so that it is never below the other.
    private static List<QmpCommand> Settings(uint id, TypedParam[] given)
    {
        var path = "/objects/" + ProcessorArguments.IoThread(id);
        var commands = new List<QmpCommand>();
        foreach (var (name, property, _) in s_polling)
        {
            foreach (var parameter in given.Where(p => p.Field == name))
            {
                commands.Add(parameter.Unsigned <= int.MaxValue
                    ? Qmp.QomSet(path, property, (long)parameter.Unsigned)
                    : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"{property} ({parameter.Unsigned}) must be less than or equal to {int.MaxValue}"));
            }
        }

        if (Pool(given, "thread_pool_max") is { } most)
        {
            commands.Add(Qmp.QomSet(path, "thread-pool-max", most));
        }

        if (Pool(given, "thread_pool_min") is { } least)
        {
            commands.Add(Qmp.QomSet(path, "thread-pool-min", least));
        }

        return commands;
    }

    private static int? Pool(TypedParam[] given, string name) => given.Where(p => p.Field == name).Select(p => (int?)p.Number).FirstOrDefault();

    private static void RequireNumber(uint id)
    {
        if (id == 0)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "invalid value of 0 for iothread_id");
        }
    }

    private static uint Number(string id) => uint.TryParse(id.AsSpan("iothread".Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static byte[] MapOf(IEnumerable<int> processors)
    {
        var numbers = NumberSet.Of(processors);
        return numbers.ToMap((Vireo.Host.Facts.HostProcessors.PresentCount() + 7) / 8);
    }
}
