using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>A command line while it is read, and the document that it becomes.</summary>
/// <param name="options">All options in their order.</param>
/// <param name="environment">The variables set for QEMU.</param>
internal sealed class ReadingState(IReadOnlyList<QemuOption> options, IReadOnlyList<KeyValuePair<string, string>> environment)
{
    /// <summary>Variables that belong to any process, or that the driver sets by itself: no document has them.</summary>
    private static readonly HashSet<string> s_usual = new(StringComparer.Ordinal)
    {
        "LC_ALL", "LANG", "LD_LIBRARY_PATH", "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SHELL", "PWD", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "SASL_CONF_PATH",
    };

    private readonly List<KeyValuePair<string, string>> _environment = [.. environment.Where(v => !s_usual.Contains(v.Key))];

    /// <summary>All options in their order.</summary>
    public IReadOnlyList<QemuOption> Options { get; } = options;

    /// <summary>The document but for its devices.</summary>
    public DomainConfig Config { get; set; } = new() { Type = DomainType.Qemu };

    /// <summary>Its devices.</summary>
    public DeviceDraft Devices { get; } = new(new DevicesConfig());

    /// <summary>The memory that a POWER machine's firmware keeps its settings in.</summary>
    public NvramDevice? Nvram { get; set; }

    /// <summary>Where the guest's buses are.</summary>
    public DevicePlaces Places { get; set; } = null!;

    /// <summary>The variables that nobody has taken.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment => _environment;

    /// <summary>Whether QEMU adds nothing by itself.</summary>
    public bool IsBare => Has("-nodefaults");

    /// <summary>Whether the guest is a PC.</summary>
    public bool IsPc => Config.Os.Type?.Arch is "i686" or "x86_64";

    /// <summary>Whether it is one with PCI Express.</summary>
    public bool IsQ35 => new PcMachine(Config.Os.Type?.Machine ?? "").IsQ35;

    /// <summary>Takes a variable.</summary>
    public string? Variable(string name)
    {
        var value = _environment.FindLast(v => v.Key == name).Value;
        _environment.RemoveAll(v => v.Key == name);
        return value;
    }

    /// <summary>A variable's value, without taking it.</summary>
    public string? PeekVariable(string name) => _environment.FindLast(v => v.Key == name).Value;

    /// <summary>Whether an option is given at all.</summary>
    public bool Has(string name) => Options.Any(o => o.Name == name);

    /// <summary>Options of a name that have not been read.</summary>
    public IEnumerable<QemuOption> Unread(string name) => Options.Where(o => !o.IsRead && o.Name == name);

    /// <summary>Takes a switch; whether it was there.</summary>
    public bool Switch(string name)
    {
        var found = false;
        foreach (var option in Unread(name))
        {
            option.Read();
            found = true;
        }

        return found;
    }

    /// <summary>Takes an option; the last value counts, as in QEMU.</summary>
    public string? Last(string name)
    {
        string? last = null;
        foreach (var option in Unread(name))
        {
            option.Read();
            last = option.Value;
        }

        return last;
    }

    /// <summary>The option that makes what others refer to by its id.</summary>
    public QemuOption? WithId(string name, string id, string property = "id") => Unread(name).FirstOrDefault(o => o.Properties.Peek(property) == id);
}
