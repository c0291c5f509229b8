using System.Collections.Frozen;
using System.Text.Json;
using Vireo.Cpu;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Processes;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>Asks a QEMU binary what it can do: one process without a machine, one write of all questions; a second process where KVM gives other CPUs.</summary>
internal static class CapabilitiesProbe
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    /// <summary>Probes a binary.</summary>
    /// <param name="emulator">The binary.</param>
    /// <param name="directory">An existing directory for its output.</param>
    /// <param name="cancellationToken">Gives up and ends the process.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it does not start or is no QEMU, with what it printed; VIR_ERR_SYSTEM_ERROR; VIR_ERR_OPERATION_TIMEOUT.</exception>
    public static async Task<QemuCapabilities> RunAsync(string emulator, string directory, CancellationToken cancellationToken)
    {
        var first = new Questions();
        await AskAsync(emulator, "kvm:tcg", directory, first.Batch, cancellationToken).ConfigureAwait(false);
        var kvm = first.Kvm();
        var withTcg = first;
        if (kvm)
        {
            withTcg = new Questions(cpuOnly: true);
            await AskAsync(emulator, "tcg", directory, withTcg.Batch, cancellationToken).ConfigureAwait(false);
        }

        var schema = new QmpSchema(first.Schema());
        var architecture = EmulatorTargets.ArchitectureOf(first.Target());
        var features = QemuFeaturePaths.All.Where(entry => schema.Has(entry.Value)).Select(static entry => entry.Key).ToHashSet();
        var options = first.Options();
        if (first.Version() >= new Version(6, 2, 0))
            features.Add(QemuFeature.DeviceJson);
        return new()
        {
            Emulator = emulator,
            Version = first.Version(),
            Package = first.Package,
            Architecture = architecture,
            Kvm = kvm,
            Machines = first.Machines(),
            TcgCpuModels = Named(withTcg.Optional(withTcg.Cpus), architecture),
            KvmCpuModels = kvm ? Named(first.Optional(first.Cpus), architecture) : [],
            Types = first.Types().ToFrozenSet(),
            Commands = first.Commands().ToFrozenSet(),
            Options = options.ToFrozenSet(),
            TpmModels = first.Optional(first.TpmModels),
            TpmTypes = first.Optional(first.TpmTypes),
            Features = features.ToFrozenSet(),
            TcgHostCpu = withTcg.HostCpu(),
            KvmHostCpu = kvm ? first.HostCpu() : null,
            Sev = first.SevCapabilities(),
        };
    }

    // QEMU takes the names of POWER's models in any case, and tells them in another than documents have.
    private static IReadOnlyList<QemuCpuModel> Named(IReadOnlyList<QemuCpuModel> models, string architecture)
    {
        var known = architecture == "ppc64" ? CpuArchitecture.Of(architecture).Models.ToDictionary(static name => name, StringComparer.OrdinalIgnoreCase) : [];
        return [.. models.Select(model => known.TryGetValue(model.Name, out var name) ? model with { Name = name } : model)];
    }

    private static async Task AskAsync(string emulator, string accelerators, string directory, QmpBatch batch, CancellationToken cancellationToken)
    {
        var log = Path.Combine(directory, $"probe.{Guid.NewGuid():N}.log");
        var (ours, theirs) = UnixSocket.Pair();
        HostProcess process;
        using (theirs)
        {
            try
            {
                process = Start(emulator, accelerators, log, theirs.SafeHandle);
            }
            catch
            {
                ours.Dispose();
                File.Delete(log);
                throw;
            }
        }

        using (process)
        {
            try
            {
                await using var monitor = await QmpMonitor.OpenAsync(ours, static _ => { }, s_deadline, cancellationToken).ConfigureAwait(false);
                await monitor.ExecuteAsync(batch, s_deadline, cancellationToken).ConfigureAwait(false);
            }
            catch (VireoException exception) when (exception.InnerException is MonitorClosedException)
            {
                throw VireoException.Internal(
                    ErrorDomain.Qemu,
                    $"Failed to probe QEMU binary {emulator} with QMP: {(await File.ReadAllTextAsync(log, cancellationToken).ConfigureAwait(false)).Trim()}",
                    exception);
            }
            finally
            {
                process.Kill(Signals.Kill);
                await process.WaitAsync(CancellationToken.None).ConfigureAwait(false);
                File.Delete(log);
            }
        }
    }

    private static HostProcess Start(string emulator, string accelerators, string log, System.Runtime.InteropServices.SafeHandle socket)
    {
        using var output = Host.Files.HostFile.OpenLog(log);
        using var fds = new InheritedFds();
        string[] arguments =
        [
            "-S", "-no-user-config", "-nodefaults", "-display", "none", "-machine", $"none,accel={accelerators}",
            "-chardev", $"socket,id=m,fd={fds.Add(socket)}", "-mon", "chardev=m,mode=control",
        ];
        return HostProcess.Start(new ProcessStart(emulator, arguments) { Inherited = fds.Entries }.PrintingTo(output));
    }

    /// <summary>The questions of one batch and the readers of their answers.</summary>
    private sealed class Questions
    {
        private readonly Func<JsonElement> _version;
        private readonly Func<JsonElement> _allOfHostCpu;
        private readonly Func<JsonElement> _hostCpu;
        private readonly Func<JsonElement> _sev = null!;

        public Questions(bool cpuOnly = false)
        {
            Cpus = Batch.Add(new QmpCommand<IReadOnlyList<QemuCpuModel>>("query-cpu-definitions", static reply => [.. reply.EnumerateArray().Select(ReadCpu)]));
            // With KVM "max" is the host's own CPU; without, all that TCG emulates.
            _allOfHostCpu = AskForHostCpu(migratable: false);
            _hostCpu = AskForHostCpu(migratable: null);
            _version = Ask("query-version", static reply => reply);
            if (cpuOnly)
                return;
            Target = Ask("query-target", static reply => reply.Str("arch"));
            Kvm = Ask("query-kvm", static reply => reply.Is("enabled"));
            Machines = Ask("query-machines", static reply => ReadMachines(reply));
            Types = Ask("qom-list-types", ReadNames);
            Commands = Ask("query-commands", ReadNames);
            Options = Ask("query-command-line-options", ReadOptions);
            Schema = Ask("query-qmp-schema", static reply => reply);
            TpmModels = Ask("query-tpm-models", ReadTexts);
            TpmTypes = Ask("query-tpm-types", ReadTexts);
            _sev = Ask("query-sev-capabilities", static reply => reply);
        }

        public QmpBatch Batch { get; } = new();

        public Func<IReadOnlyList<QemuCpuModel>> Cpus { get; }

        public Func<string> Target { get; } = null!;

        public Func<bool> Kvm { get; } = null!;

        public Func<IReadOnlyList<QemuMachine>> Machines { get; } = null!;

        public Func<IReadOnlyList<string>> Types { get; } = null!;

        public Func<IReadOnlyList<string>> Commands { get; } = null!;

        public Func<IReadOnlyList<string>> Options { get; } = null!;

        public Func<JsonElement> Schema { get; } = null!;

        public Func<IReadOnlyList<string>> TpmModels { get; } = null!;

        public Func<IReadOnlyList<string>> TpmTypes { get; } = null!;

        public string Package => (_version().StrOrNull("package") ?? "").Trim();

        public Version Version() => Qmp.ReadVersion(_version());

        public QemuHostCpu? HostCpu()
        {
            if (Answer(_hostCpu) is not { ValueKind: JsonValueKind.Object } usual)
                return null;
            // Without being asked to, QEMU gives only what can be migrated. Older ones cannot be asked.
            var all = Answer(_allOfHostCpu);
            var best = all.ValueKind == JsonValueKind.Object ? all : usual;
            return new(
                best.StrOrNull("vendor"),
                new((uint)(best.Num("family") ?? 0), (uint)(best.Num("model") ?? 0), (uint)(best.Num("stepping") ?? 0)),
                Switches(best, onlyOn: false),
                Switches(best, onlyOn: true),
                all.ValueKind == JsonValueKind.Object ? Switches(usual, onlyOn: true) : null);
        }

        // Refused where the host cannot do it, and not known where the architecture cannot.
        public SevCapabilities? SevCapabilities() => Answer(_sev) is { ValueKind: JsonValueKind.Object } told ? Capabilities.SevCapabilities.Read(told) : null;

        // Not every build has TPMs, not every architecture can list its CPUs.
        public IReadOnlyList<T> Optional<T>(Func<IReadOnlyList<T>> answer) => Answer(answer) ?? [];

        // Not every architecture can expand a model.
        private static T? Answer<T>(Func<T> answer)
        {
            try
            {
                return answer();
            }
            catch (VireoException exception) when (exception.InnerException is QmpErrorException)
            {
                return default;
            }
        }

        private static FrozenSet<string> Switches(JsonElement properties, bool onlyOn) =>
            properties.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.True || (!onlyOn && property.Value.ValueKind == JsonValueKind.False))
                .Select(static property => property.Name).ToFrozenSet();

        private Func<JsonElement> AskForHostCpu(bool? migratable) =>
            Batch.Add(new QmpCommand<JsonElement>("query-cpu-model-expansion", static reply => reply.GetProperty("model").GetProperty("props"), w =>
            {
                w.WriteString("type", "full");
                w.WriteStartObject("model");
                w.WriteString("name", "max");
                if (migratable is { } wanted)
                {
                    w.WriteStartObject("props");
                    w.WriteBoolean("migratable", wanted);
                    w.WriteEndObject();
                }

                w.WriteEndObject();
            }));

        private Func<T> Ask<T>(string command, Func<JsonElement, T> read) => Batch.Add(new QmpCommand<T>(command, read));

        private static IReadOnlyList<string> ReadNames(JsonElement reply) => [.. reply.EnumerateArray().Select(static item => item.Str("name"))];

        private static IReadOnlyList<string> ReadTexts(JsonElement reply) => [.. reply.EnumerateArray().Select(static item => item.GetString()!)];

        private static IReadOnlyList<string> ReadOptions(JsonElement reply) =>
            [.. reply.EnumerateArray().SelectMany(static option => option.GetProperty("parameters").EnumerateArray()
                .Select(parameter => $"{option.Str("option")}.{parameter.Str("name")}").Prepend(option.Str("option"))).Distinct()];

        private static IReadOnlyList<QemuMachine> ReadMachines(JsonElement reply)
        {
            var machines = reply.EnumerateArray().Select(static item => new QemuMachine(
                item.Str("name"),
                item.StrOrNull("alias"),
                item.Is("is-default"),
                (int)(item.Num("cpu-max") ?? 1),
                item.Is("hotpluggable-cpus"),
                item.Is("numa-mem-supported"),
                item.Is("deprecated"),
                item.StrOrNull("default-cpu-type"),
                item.StrOrNull("default-ram-id"))).Where(static machine => machine.Name != "none").ToList();
            return [.. machines.Where(static machine => machine.IsDefault), .. machines.Where(static machine => !machine.IsDefault)];
        }

        private static QemuCpuModel ReadCpu(JsonElement item) => new(
            item.Str("name"),
            item.StrOrNull("typename") ?? "",
            item.TryGetProperty("unavailable-features", out var blockers) ? ReadTexts(blockers) : null,
            item.Is("deprecated"));
    }
}
