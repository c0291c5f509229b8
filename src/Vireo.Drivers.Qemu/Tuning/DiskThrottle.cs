using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>Limits of a guest's disk: what <c>blkdeviotune</c> shows and sets.</summary>
internal static class DiskThrottle
{
    /// <summary>The highest limit.</summary>
    public const ulong Most = 1000000000000000;
    private const string GroupName = "group_name";
    private const string Size = "size_iops_sec";
    private const string Length = "_length";

    private static readonly string[] s_bases = ["total_bytes_sec", "read_bytes_sec", "write_bytes_sec", "total_iops_sec", "read_iops_sec", "write_iops_sec"];

    private static readonly string[] s_numbers = [.. s_bases, .. s_bases.Select(static name => name + "_max"), Size];

    private static readonly string[] s_lengths = [.. s_bases.Select(static name => name + "_max" + Length)];

    /// <summary>The names a caller may give, each with its type.</summary>
    public static IReadOnlyList<(string Field, TypedParameterType Type)> Fields { get; } =
        [.. s_numbers.Select(static name => (name, TypedParameterType.Ullong)), (GroupName, TypedParameterType.String), .. s_lengths.Select(static name => (name, TypedParameterType.Ullong))];

    /// <summary>What a document says.</summary>
    /// <param name="tune">What it says.</param>
    /// <param name="running">It is a running guest's: a burst lasts for a second unless it is told for how long.</param>
    public static TypedParam[] Read(IDiskLimits? tune, bool running)
    {
        var values = Values(tune);
        return
        [
            .. s_numbers.Select(name => TypedParam.Of(name, values.GetValueOrDefault(name))), TypedParam.Of(GroupName, tune?.GroupName ?? ""),
            .. s_lengths.Select(name => TypedParam.Of(name, Math.Max(values.GetValueOrDefault(name), running && values.GetValueOrDefault(name[..^Length.Length]) > 0 ? 1UL : 0))),
        ];
    }

    /// <summary>A disk's limits with what a caller sets. Of three that belong together (total, read, write) all are replaced when one is set.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG, VIR_ERR_ARGUMENT_UNSUPPORTED, VIR_ERR_CONFIG_UNSUPPORTED: they do not go together.</exception>
    public static DiskIotune? Change(DiskIotune? before, IReadOnlyCollection<TypedParam> given) => Change<DiskIotune>(before, given) is var after && after == new DiskIotune() ? null : after;

    /// <summary>The limits of a group with what a caller sets; its name stays.</summary>
    /// <inheritdoc cref="Change(DiskIotune?, IReadOnlyCollection{TypedParam})"/>
    public static ThrottleGroup Change(ThrottleGroup before, IReadOnlyCollection<TypedParam> given) => Change<ThrottleGroup>(before, given) with { GroupName = before.GroupName };

    /// <summary>A disk's limits without those that are none.</summary>
    public static DiskIotune WithoutZeros(DiskIotune tune) => Of<DiskIotune>(Values(tune), tune.GroupName);

    /// <summary>A group that tells of no limit that is none.</summary>
    public static ThrottleGroup WithoutZeros(ThrottleGroup group) => Of<ThrottleGroup>(Values(group), group.GroupName);

    private static T Change<T>(T? before, IReadOnlyCollection<TypedParam> given)
        where T : class, IDiskLimits, new()
    {
        var values = Values(before);
        foreach (var family in given.Select(static parameter => Family(parameter.Field)).OfType<string>().ToHashSet(StringComparer.Ordinal))
        {
            foreach (var name in s_numbers.Where(name => Family(name) == family))
            {
                values.Remove(name);
            }
        }

        var group = before?.GroupName;
        foreach (var parameter in given)
        {
            if (parameter.Field == GroupName)
            {
                group = parameter.Text;
            }
            else if (parameter.Unsigned > Most)
            {
                throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, $"block I/O throttle limit value must be no more than {Most}");
            }
            else
            {
                values[parameter.Field] = parameter.Unsigned;
            }
        }

        Check(values);
        return Of<T>(values, group);
    }

    /// <summary>The device of a disk by the name that this command wants: of a virtio disk it is a part.</summary>
    public static string DeviceOf(DiskConfig disk) => disk.Target?.Bus == DiskBus.Virtio ? $"/machine/peripheral/{disk.Alias}/virtio-backend" : disk.Alias!;

    /// <summary>The command that has the hypervisor keep to a disk's limits.</summary>
    /// <param name="device">The device's id.</param>
    /// <param name="tune">What holds; null for no limit.</param>
    public static QmpCommand Command(string device, DiskIotune? tune) => new("block_set_io_throttle", w =>
    {
        w.WriteString("id", device);
        var values = Values(tune);
        foreach (var name in s_bases)
        {
            w.WriteNumber(QemuName(name), values.GetValueOrDefault(name));
        }

        foreach (var name in s_bases)
        {
            w.WriteNumber(QemuName(name) + "_max", values.GetValueOrDefault(name + "_max"));
        }

        foreach (var name in s_bases.Where(name => values.GetValueOrDefault(name + "_max_length") > 0))
        {
            w.WriteNumber(QemuName(name) + "_max_length", values[name + "_max_length"]);
        }

        w.WriteNumber("iops_size", values.GetValueOrDefault(Size));
        if (tune?.GroupName is { Length: > 0 } group)
        {
            w.WriteString("group", group);
        }
    });

    /// <summary>The limits of a group as an object of the hypervisor's has them.</summary>
    public static void WriteLimits(Utf8JsonWriter json, IDiskLimits limits)
    {
        var values = Values(limits);
        json.WriteStartObject();
        foreach (var suffix in (ReadOnlySpan<string>)["", "_max"])
        {
            foreach (var name in s_bases)
            {
                json.WriteNumber(GroupField(name) + suffix.Replace('_', '-'), values.GetValueOrDefault(name + suffix));
            }
        }

        json.WriteNumber("iops-size", values.GetValueOrDefault(Size));
        foreach (var name in s_bases.Where(name => values.GetValueOrDefault(name + "_max" + Length) > 0))
        {
            json.WriteNumber(GroupField(name) + "-max-length", values[name + "_max" + Length]);
        }

        json.WriteEndObject();
    }

    /// <summary>What an event tells of a change (VIR_DOMAIN_EVENT_ID_TUNABLE).</summary>
    /// <param name="named">The disk, or the group, that the limits are of.</param>
    /// <param name="given">What was set.</param>
    public static TypedParam[] Told((string Kind, string Name) named, IEnumerable<TypedParam> given) =>
    [
        TypedParam.Of("blkdeviotune." + named.Kind, named.Name),
        .. given.Select(static parameter => parameter.Type == TypedParameterType.String ? TypedParam.Of("blkdeviotune." + parameter.Field, parameter.Text) : TypedParam.Of("blkdeviotune." + parameter.Field, parameter.Unsigned)),
    ];

    // The three of a kind: bytes_sec, iops_sec, bytes_sec_max, iops_sec_max. Others stand alone.
    private static string? Family(string name) => name != Size && s_numbers.Contains(name) ? name[(name.IndexOf('_', StringComparison.Ordinal) + 1)..] : null;

    private static void Check(IReadOnlyDictionary<string, ulong> values)
    {
        foreach (var family in (ReadOnlySpan<string>)["bytes_sec", "iops_sec", "bytes_sec_max", "iops_sec_max"])
        {
            if (values.GetValueOrDefault("total_" + family) > 0 && (values.GetValueOrDefault("read_" + family) > 0 || values.GetValueOrDefault("write_" + family) > 0))
            {
                throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"total and read/write of {family} cannot be set at the same time");
            }
        }

        foreach (var name in s_bases)
        {
            var (limit, burst) = (values.GetValueOrDefault(name), values.GetValueOrDefault(name + "_max"));
            if (burst > 0 && limit == 0)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"cannot reset '{name}' when '{name}_max' is set");
            }

            if (burst > 0 && burst < limit)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"value '{name}_max' cannot be smaller than '{name}'");
            }
        }
    }

    // read_bytes_sec: bps-read.
    private static string GroupField(string name) => name.Split('_') is [var kind, var unit, ..] ? (unit == "bytes" ? "bps-" : "iops-") + kind : name;

    private static string QemuName(string name) => name switch
    {
        "total_bytes_sec" => "bps",
        "read_bytes_sec" => "bps_rd",
        "write_bytes_sec" => "bps_wr",
        "total_iops_sec" => "iops",
        "read_iops_sec" => "iops_rd",
        _ => "iops_wr",
    };

    /// <summary>Whether anything is limited.</summary>
    public static bool IsLimited(IDiskLimits limits) => Values(limits).Values.Any(static value => value > 0);

    /// <summary>Whether two limit the same to the same.</summary>
    public static bool IsSame(IDiskLimits one, IDiskLimits other)
    {
        var values = Values(other);
        return Values(one).All(value => values[value.Key] == value.Value);
    }

    /// <summary>Whether a limit is higher than the hypervisor can be told.</summary>
    public static bool IsTooHigh(IDiskLimits limits)
    {
        var values = Values(limits);
        return s_numbers.Any(name => values[name] > Most);
    }

    private static Dictionary<string, ulong> Values(IDiskLimits? tune)
    {
        var values = new Dictionary<string, ulong>(StringComparer.Ordinal);
        if (tune is null)
        {
            return values;
        }

        ReadOnlySpan<ulong?> numbers =
        [
            tune.TotalBytesSec, tune.ReadBytesSec, tune.WriteBytesSec, tune.TotalIopsSec, tune.ReadIopsSec, tune.WriteIopsSec, tune.TotalBytesSecMax, tune.ReadBytesSecMax, tune.WriteBytesSecMax,
            tune.TotalIopsSecMax, tune.ReadIopsSecMax, tune.WriteIopsSecMax, tune.SizeIopsSec,
        ];
        ReadOnlySpan<ulong?> lengths =
        [
            tune.TotalBytesSecMaxLength, tune.ReadBytesSecMaxLength, tune.WriteBytesSecMaxLength, tune.TotalIopsSecMaxLength, tune.ReadIopsSecMaxLength, tune.WriteIopsSecMaxLength,
        ];
        for (var i = 0; i < numbers.Length; i++)
        {
            values[s_numbers[i]] = numbers[i] ?? 0;
        }

        for (var i = 0; i < lengths.Length; i++)
        {
            values[s_lengths[i]] = lengths[i] ?? 0;
        }

        return values;
    }

    private static T Of<T>(IReadOnlyDictionary<string, ulong> values, string? group)
        where T : class, IDiskLimits, new()
    {
        ulong? Value(string name) => values.GetValueOrDefault(name) is > 0 and var value ? value : null;
        return new T
        {
            TotalBytesSec = Value("total_bytes_sec"),
            ReadBytesSec = Value("read_bytes_sec"),
            WriteBytesSec = Value("write_bytes_sec"),
            TotalIopsSec = Value("total_iops_sec"),
            ReadIopsSec = Value("read_iops_sec"),
            WriteIopsSec = Value("write_iops_sec"),
            TotalBytesSecMax = Value("total_bytes_sec_max"),
            ReadBytesSecMax = Value("read_bytes_sec_max"),
            WriteBytesSecMax = Value("write_bytes_sec_max"),
            TotalIopsSecMax = Value("total_iops_sec_max"),
            ReadIopsSecMax = Value("read_iops_sec_max"),
            WriteIopsSecMax = Value("write_iops_sec_max"),
            SizeIopsSec = Value("size_iops_sec"),
            GroupName = string.IsNullOrEmpty(group) ? null : group,
            TotalBytesSecMaxLength = Value("total_bytes_sec_max_length"),
            ReadBytesSecMaxLength = Value("read_bytes_sec_max_length"),
            WriteBytesSecMaxLength = Value("write_bytes_sec_max_length"),
            TotalIopsSecMaxLength = Value("total_iops_sec_max_length"),
            ReadIopsSecMaxLength = Value("read_iops_sec_max_length"),
            WriteIopsSecMaxLength = Value("write_iops_sec_max_length"),
        };
    }
}
