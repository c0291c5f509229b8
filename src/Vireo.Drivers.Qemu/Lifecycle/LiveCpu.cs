using System.Text.Json;
using Vireo.Config;
using Vireo.Cpu.X86;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>The CPU of a guest as QEMU has made it.</summary>
internal static class LiveCpu
{
    // QEMU makes the first processor before any other object that has no place of its own.
    private const string Path = "/machine/unattached/device[0]";

    /// <summary>Asks for it.</summary>
    /// <param name="batch">Where the questions go.</param>
    /// <param name="live">The live document.</param>
    /// <returns>Reads the answers: the CPU as it is to be shown; the document's where there is nothing to ask, or QEMU does not tell.</returns>
    public static Func<CpuConfig?> Ask(QmpBatch batch, DomainConfig live)
    {
        var cpu = live.Cpu;
        if (cpu is not { Mode: CpuMode.Custom, Model.Name: not null } || live.Os.Type?.Arch is not (null or "x86_64" or "i686"))
        {
            return () => cpu;
        }

        var words = Get(batch, "feature-words", static reply => reply.EnumerateArray().Select(Leaf).ToList());
        var unavailable = Get(batch, "unavailable-features", static reply => reply.EnumerateArray().Select(static name => name.GetString()!).ToList());
        var registers = X86CpuData.RegisterFeatures.Select(name => (Name: name, IsOn: Get(batch, X86Cpu.QemuName(name), static reply => reply.ValueKind == JsonValueKind.True))).ToList();
        return () => words() is not { } told
            ? cpu
            : X86Cpu.Live(cpu, X86CpuData.FromRegisters(told, new Dictionary<uint, ulong>()).With(registers.Where(one => one.IsOn()).Select(one => one.Name)), unavailable() ?? []);
    }

    /// <summary>Puts it into the live document.</summary>
    public static void Show(QemuProcess process, CpuConfig? made)
    {
        if (made is null || process.Live.Cpu is not { } asked)
        {
            return;
        }

        process.AskedCpu = made with { Check = asked.Check } == asked ? null : asked;
        process.Live = process.Live with { Cpu = made };
    }

    // Not every QEMU has every property.
    private static Func<T?> Get<T>(QmpBatch batch, string property, Func<JsonElement, T> read)
    {
        var answer = batch.Add(new QmpCommand<T>("qom-get", read, w =>
        {
            w.WriteString("path", Path);
            w.WriteString("property", property);
        }));
        return () =>
        {
            try
            {
                return answer();
            }
            catch (VireoException exception) when (exception.InnerException is QmpErrorException)
            {
                return default;
            }
        };
    }

    // QEMU tells one register at a time.
    private static CpuidLeaf Leaf(JsonElement word)
    {
        var value = word.GetProperty("features").GetUInt32();
        var register = word.Str("cpuid-register");
        return new(
            word.GetProperty("cpuid-input-eax").GetUInt32(),
            word.TryGetProperty("cpuid-input-ecx", out var subleaf) ? subleaf.GetUInt32() : 0,
            register == "EAX" ? value : 0,
            register == "EBX" ? value : 0,
            register == "ECX" ? value : 0,
            register == "EDX" ? value : 0);
    }
}
