using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Vireo.Generators.Cpu;

/// <summary>A feature: a bit of a register of a CPUID leaf, or of an MSR.</summary>
internal sealed class CpuFeatureRow(string name, string place, int bit, string? qemuName, IReadOnlyList<string> oldNames, bool stays)
{
    public string Name { get; } = name;

    public string Place { get; } = place;

    public int Bit { get; } = bit;

    public string? QemuName { get; } = qemuName;

    public IReadOnlyList<string> OldNames { get; } = oldNames;

    public bool Stays { get; } = stays;
}

/// <summary>A model; features are numbers of <see cref="CpuSpec.Features"/>.</summary>
internal sealed class CpuModelRow(string name, string? vendor, string[] sides, IEnumerable<int> like)
{
    public string Name { get; } = name;

    public string? Vendor { get; } = vendor;

    public bool Host { get; } = sides.Contains("host");

    public bool Guest { get; } = sides.Contains("guest");

    public List<string> Signatures { get; } = [];

    public HashSet<int> Features { get; } = [.. like];

    public HashSet<int> Lost { get; } = [];
}

/// <summary>What <c>spec/cpu/x86.spec</c> says.</summary>
internal sealed class CpuSpec
{
    private readonly Dictionary<string, int> _numbers = [];
    private string _place = "";
    private CpuModelRow? _model;

    public List<(string Name, string Signature)> Vendors { get; } = [];

    public List<CpuFeatureRow> Features { get; } = [];

    public List<CpuModelRow> Models { get; } = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="FormatException">A line cannot be read.</exception>
    public static CpuSpec Parse(string text)
    {
        var spec = new CpuSpec();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            try
            {
                if (line.Length > 0 && line[0] != '#')
                {
                    spec.Line(line[0] == ' ', line.Split([' '], StringSplitOptions.RemoveEmptyEntries));
                }
            }
            catch (Exception e) when (e is FormatException or IndexOutOfRangeException or KeyNotFoundException or InvalidOperationException or NullReferenceException)
            {
                throw new FormatException($"line {number}: cannot read '{line}': {e.Message}");
            }
        }

        return spec;
    }

    private void Line(bool inner, string[] words)
    {
        if (inner && _model is null)
        {
            Feature(words);
        }
        else if (inner)
        {
            Detail(_model!, words);
        }
        else if (words[0] == "vendor")
        {
            Vendors.Add((words[1], words[2]));
        }
        else if (words[0] == "model")
        {
            Model(words);
        }
        else
        {
            _place = Place(words);
        }
    }

    /// <summary>The constructor's arguments for where a feature is: kind, leaf or index, subleaf, register.</summary>
    private static string Place(string[] words)
    {
        if (words[0] == "msr")
        {
            return $"CpuRegister.Msr, {words[1]}, 0";
        }

        var leaf = words[1].Split('/');
        var register = words[2] switch { "eax" => "Eax", "ebx" => "Ebx", "ecx" => "Ecx", "edx" => "Edx", _ => throw new FormatException("a register is eax, ebx, ecx or edx") };
        return words[0] == "cpuid" ? $"CpuRegister.{register}, {leaf[0]}, {(leaf.Length > 1 ? leaf[1] : "0")}" : throw new FormatException("cpuid or msr expected");
    }

    private void Feature(string[] words)
    {
        var name = words[1];
        _numbers.Add(name, Features.Count);
        Features.Add(new(
            name,
            _place,
            int.Parse(words[0], CultureInfo.InvariantCulture),
            words.FirstOrDefault(word => word[0] == '=')?.Substring(1),
            [.. words.Where(word => word[0] == '~').Select(word => word.Substring(1))],
            words.Last() == "stays"));
    }

    private void Model(string[] words)
    {
        var like = Word(words, "like") is { } other ? Models.First(model => model.Name == other).Features : [];
        _model = new(words[1], Word(words, "of"), Word(words, "for")?.Split(',') ?? [], like);
        Models.Add(_model);
    }

    private static string? Word(string[] words, string key) => Array.IndexOf(words, key) is > 0 and var at ? words[at + 1] : null;

    private void Detail(CpuModelRow model, string[] words)
    {
        var rest = words.Skip(1);
        switch (words[0])
        {
            case "is":
                model.Signatures.AddRange(rest);
                break;
            case "has":
                model.Features.UnionWith(rest.Select(name => _numbers[name]));
                break;
            case "lacks":
                model.Features.ExceptWith(rest.Select(name => _numbers[name]));
                break;
            case "lost":
                model.Lost.UnionWith(rest.Select(name => _numbers[name]));
                break;
            default:
                throw new FormatException("is, has, lacks or lost expected");
        }
    }
}
