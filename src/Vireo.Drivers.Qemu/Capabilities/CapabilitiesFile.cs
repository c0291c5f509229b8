using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>Capabilities as a file of the cache: JSON, with the key they hold for.</summary>
internal static class CapabilitiesFile
{
    // Another number for another form of the file, or when more is asked of QEMU.
    private const string Form = "3";

    /// <summary>Writes capabilities.</summary>
    public static ReadOnlyMemory<byte> Write(QemuCapabilities capabilities, string key)
    {
        var output = new ArrayBufferWriter<byte>(65536);
        using (var w = new Utf8JsonWriter(output))
        {
            w.WriteStartObject();
            w.WriteString("form", Form);
            w.WriteString("key", key);
            w.WriteString("emulator", capabilities.Emulator);
            w.WriteString("version", capabilities.Version.ToString());
            w.WriteString("package", capabilities.Package);
            w.WriteString("architecture", capabilities.Architecture);
            w.WriteBoolean("kvm", capabilities.Kvm);
            WriteMachines(w, capabilities.Machines);
            WriteCpus(w, "tcgCpus", capabilities.TcgCpuModels);
            WriteCpus(w, "kvmCpus", capabilities.KvmCpuModels);
            WriteTexts(w, "types", capabilities.Types);
            WriteTexts(w, "commands", capabilities.Commands);
            WriteTexts(w, "options", capabilities.Options);
            WriteTexts(w, "tpmModels", capabilities.TpmModels);
            WriteTexts(w, "tpmTypes", capabilities.TpmTypes);
            WriteTexts(w, "features", capabilities.Features.Select(static feature => feature.ToString()));
            WriteHostCpu(w, "tcgHostCpu", capabilities.TcgHostCpu);
            WriteHostCpu(w, "kvmHostCpu", capabilities.KvmHostCpu);
            WriteSev(w, capabilities.Sev);
            w.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <summary>Reads capabilities; null when they are of another form or hold for another key. A file that is damaged is as good as none.</summary>
    public static QemuCapabilities? Read(ReadOnlyMemory<byte> content, string key)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            return root.StrOrNull("form") == Form && root.StrOrNull("key") == key ? Read(root) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static QemuCapabilities Read(JsonElement root) => new()
    {
        Emulator = root.Str("emulator"),
        Version = Version.Parse(root.Str("version")),
        Package = root.Str("package"),
        Architecture = root.Str("architecture"),
        Kvm = root.Is("kvm"),
        Machines = [.. root.GetProperty("machines").EnumerateArray().Select(ReadMachine)],
        TcgCpuModels = ReadCpus(root.GetProperty("tcgCpus")),
        KvmCpuModels = ReadCpus(root.GetProperty("kvmCpus")),
        Types = ReadTexts(root.GetProperty("types")).ToFrozenSet(),
        Commands = ReadTexts(root.GetProperty("commands")).ToFrozenSet(),
        Options = ReadTexts(root.GetProperty("options")).ToFrozenSet(),
        TpmModels = ReadTexts(root.GetProperty("tpmModels")),
        TpmTypes = ReadTexts(root.GetProperty("tpmTypes")),
        Features = ReadTexts(root.GetProperty("features")).Select(Enum.Parse<QemuFeature>).ToFrozenSet(),
        TcgHostCpu = ReadHostCpu(root, "tcgHostCpu"),
        KvmHostCpu = ReadHostCpu(root, "kvmHostCpu"),
        Sev = ReadSev(root),
    };

    private static void WriteMachines(Utf8JsonWriter w, IReadOnlyList<QemuMachine> machines)
    {
        w.WriteStartArray("machines");
        foreach (var machine in machines)
        {
            w.WriteStartArray();
            w.WriteStringValue(machine.Name);
            w.WriteStringValue(machine.Alias);
            w.WriteBooleanValue(machine.IsDefault);
            w.WriteNumberValue(machine.MaxCpus);
            w.WriteBooleanValue(machine.HotpluggableCpus);
            w.WriteBooleanValue(machine.NumaMemory);
            w.WriteBooleanValue(machine.Deprecated);
            w.WriteStringValue(machine.DefaultCpu);
            w.WriteStringValue(machine.DefaultRam);
            w.WriteEndArray();
        }

        w.WriteEndArray();
    }

    private static QemuMachine ReadMachine(JsonElement item) => new(
        item[0].GetString()!,
        item[1].GetString(),
        item[2].GetBoolean(),
        item[3].GetInt32(),
        item[4].GetBoolean(),
        item[5].GetBoolean(),
        item[6].GetBoolean(),
        item[7].GetString(),
        item[8].GetString());

    private static void WriteCpus(Utf8JsonWriter w, string name, IReadOnlyList<QemuCpuModel> models)
    {
        w.WriteStartArray(name);
        foreach (var model in models)
        {
            w.WriteStartObject();
            w.WriteString("name", model.Name);
            w.WriteString("type", model.Type);
            w.WriteBoolean("deprecated", model.Deprecated);
            if (model.Blockers is { } blockers)
                WriteTexts(w, "blockers", blockers);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static IReadOnlyList<QemuCpuModel> ReadCpus(JsonElement list) =>
        [.. list.EnumerateArray().Select(static item => new QemuCpuModel(item.Str("name"), item.Str("type"), item.TryGetProperty("blockers", out var blockers) ? ReadTexts(blockers) : null, item.Is("deprecated")))];

    private static void WriteHostCpu(Utf8JsonWriter w, string name, QemuHostCpu? cpu)
    {
        if (cpu is null)
            return;
        w.WriteStartObject(name);
        w.WriteString("vendor", cpu.Vendor);
        w.WriteNumber("family", cpu.Signature.Family);
        w.WriteNumber("model", cpu.Signature.Model);
        w.WriteNumber("stepping", cpu.Signature.Stepping);
        WriteTexts(w, "properties", cpu.Properties);
        WriteTexts(w, "features", cpu.Features);
        if (cpu.Migratable is { } migratable)
            WriteTexts(w, "migratable", migratable);
        w.WriteEndObject();
    }

    private static QemuHostCpu? ReadHostCpu(JsonElement root, string name) => !root.TryGetProperty(name, out var cpu) ? null : new(
        cpu.StrOrNull("vendor"),
        new(cpu.GetProperty("family").GetUInt32(), cpu.GetProperty("model").GetUInt32(), cpu.GetProperty("stepping").GetUInt32()),
        ReadTexts(cpu.GetProperty("properties")).ToFrozenSet(),
        ReadTexts(cpu.GetProperty("features")).ToFrozenSet(),
        cpu.TryGetProperty("migratable", out var migratable) ? ReadTexts(migratable).ToFrozenSet() : null);

    private static void WriteSev(Utf8JsonWriter w, SevCapabilities? sev)
    {
        if (sev is null)
            return;
        w.WriteStartObject("sev");
        w.WriteString("pdh", sev.Pdh);
        w.WriteString("certChain", sev.CertificateChain);
        if (sev.FirstProcessor is { } id)
            w.WriteString("cpu0Id", id);
        w.WriteNumber("cbitpos", sev.CBit);
        w.WriteNumber("reducedPhysBits", sev.ReducedPhysicalBits);
        w.WriteEndObject();
    }

    private static SevCapabilities? ReadSev(JsonElement root) => !root.TryGetProperty("sev", out var sev) ? null
        : new(sev.Str("pdh"), sev.Str("certChain"), sev.StrOrNull("cpu0Id"), sev.GetProperty("cbitpos").GetUInt32(), sev.GetProperty("reducedPhysBits").GetUInt32());

    private static void WriteTexts(Utf8JsonWriter w, string name, IEnumerable<string> texts)
    {
        w.WriteStartArray(name);
        foreach (var text in texts)
            w.WriteStringValue(text);
        w.WriteEndArray();
    }

    private static IReadOnlyList<string> ReadTexts(JsonElement list) => [.. list.EnumerateArray().Select(static item => item.GetString()!)];
}
