using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace Vireo.Cpu.Tests;

/// <summary>CPUs of the shared corpus: registers and answers of QEMU.</summary>
internal static class Corpus
{
    public static bool IsHere => Repository.Corpus is not null;

    public static string File(string name) => Path.Combine(Repository.Corpus!, "cputestdata", name);

    /// <summary>The CPU whose registers a file holds.</summary>
    public static X86CpuData Registers(string name)
    {
        var root = XElement.Load(File(name));
        return X86CpuData.FromRegisters(
            root.Elements("cpuid").Select(leaf => new CpuidLeaf(
                Number(leaf, "eax_in"), Number(leaf, "ecx_in"), Number(leaf, "eax"), Number(leaf, "ebx"), Number(leaf, "ecx"), Number(leaf, "edx"))),
            root.Elements("msr").ToDictionary(msr => Number(msr, "index"), msr => Number(msr, "eax") | (ulong)Number(msr, "edx") << 32));
    }

    /// <summary>The CPU that a QEMU tells of, and the models it knows; null when it was not asked for them.</summary>
    public static (X86CpuData Cpu, IReadOnlyList<HypervisorCpuModel>? Models) Qemu(string name)
    {
        var answers = Answers(System.IO.File.ReadAllBytes(File(name))).Select(answer => answer.GetProperty("return")).ToList();
        var props = answers.Single(answer => answer.ValueKind == JsonValueKind.Object).GetProperty("model").GetProperty("props");
        uint Word(string key) => props.GetProperty(key).GetUInt32();
        var cpu = X86CpuData.FromQemu(
            props.EnumerateObject().Where(prop => prop.Value.ValueKind == JsonValueKind.True).Select(prop => prop.Name),
            props.GetProperty("vendor").GetString(),
            new(Word("family"), Word("model"), Word("stepping")));
        var models = answers.FirstOrDefault(answer => answer.ValueKind == JsonValueKind.Array);
        return (cpu, models.ValueKind == JsonValueKind.Undefined ? null : [.. models.EnumerateArray().Select(Model)]);
    }

    private static HypervisorCpuModel Model(JsonElement model) => new(
        model.GetProperty("name").GetString()!,
        model.TryGetProperty("unavailable-features", out var blockers) ? [.. blockers.EnumerateArray().Select(blocker => blocker.GetString()!)] : []);

    private static List<JsonElement> Answers(byte[] text)
    {
        var answers = new List<JsonElement>();
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            answers.Add(JsonElement.ParseValue(ref reader));
        }

        return answers;
    }

    private static uint Number(XElement element, string name) =>
        element.Attribute(name) is { Value: var text } ? uint.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;
}
