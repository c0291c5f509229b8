using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Host.ControlGroups;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>Weights and limits of the host's block devices: what <c>blkiotune</c> shows and sets.</summary>
internal static class BlockLimits
{
    private const ulong DefaultWeight = 100;
    private const ulong DefaultOldWeight = 500;

    private static readonly (string Field, string File, string Unified)[] s_throttles =
    [
        ("device_read_iops_sec", "blkio.throttle.read_iops_device", "riops"), ("device_write_iops_sec", "blkio.throttle.write_iops_device", "wiops"),
        ("device_read_bytes_sec", "blkio.throttle.read_bps_device", "rbps"), ("device_write_bytes_sec", "blkio.throttle.write_bps_device", "wbps"),
    ];

    /// <summary>The names a caller may give, each with its type.</summary>
    public static IReadOnlyList<(string Field, TypedParameterType Type)> Fields { get; } =
        [("weight", TypedParameterType.Uint), ("device_weight", TypedParameterType.String), .. s_throttles.Select(static throttle => (throttle.Field, TypedParameterType.String))];

    /// <summary>What a document says; for a running guest the weight that holds where it says nothing.</summary>
    public static TypedParam[] Read(BlkioTuneConfig? tune, GuestGroup? running) =>
    [
        TypedParam.Of("weight", tune?.Weight ?? (running is null ? 0u : CurrentWeight(running))),
        .. Fields.Skip(1).Select(field => TypedParam.Of(field.Field, string.Join(',', (tune?.Devices ?? []).Where(device => Value(device, field.Field) > 0).Select(device => $"{device.Path},{Value(device, field.Field)}")))),
    ];

    /// <summary>A document with what a caller sets; 0 takes a device's limit away.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: what is set cannot be read.</exception>
    public static DomainConfig Change(DomainConfig config, IEnumerable<TypedParam> given)
    {
        var tune = config.Blkiotune ?? new BlkioTuneConfig();
        foreach (var parameter in given)
        {
            if (parameter.Field == "weight")
            {
                tune = tune with { Weight = (uint)parameter.Unsigned };
                continue;
            }

            foreach (var (path, value) in Pairs(parameter))
            {
                tune = tune with { Devices = With(tune.Devices, path, parameter.Field, value) };
            }
        }

        return config with { Blkiotune = tune == new BlkioTuneConfig() ? null : tune };
    }

    /// <summary>Refuses devices that are not there.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void RequireDevices(IEnumerable<TypedParam> given)
    {
        foreach (var (path, _) in given.Where(static parameter => parameter.Field != "weight").SelectMany(Pairs))
        {
            DeviceNumber(path);
        }
    }

    /// <summary>Has a running guest keep to what its document says.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="after">What holds.</param>
    /// <param name="before">What held until now; what is the same is not set again.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: a device is not there, or the kernel refuses a value; VIR_ERR_OPERATION_INVALID: this kernel has no such limit.</exception>
    public static void Apply(GuestGroup group, BlkioTuneConfig? after, BlkioTuneConfig? before)
    {
        if (after?.Weight != before?.Weight)
        {
            var file = WeightFile(group);
            group.Write(ControlGroupController.Block, file, after?.Weight ?? (file == "blkio.weight" ? DefaultOldWeight : DefaultWeight));
        }

        var (now, then) = (OfDevices(after), OfDevices(before));
        foreach (var limit in now.Keys.Union(then.Keys).Where(limit => now.GetValueOrDefault(limit) != then.GetValueOrDefault(limit)))
        {
            Limit(group, limit.Field, limit.Path, now.GetValueOrDefault(limit));
        }
    }

    private static Dictionary<(string Path, string Field), ulong> OfDevices(BlkioTuneConfig? tune)
    {
        var limits = new Dictionary<(string, string), ulong>();
        foreach (var device in tune?.Devices ?? [])
        {
            foreach (var (field, _) in Fields.Skip(1).Where(field => Value(device, field.Field) > 0))
            {
                limits[(device.Path ?? "", field)] = Value(device, field);
            }
        }

        return limits;
    }

    private static void Limit(GuestGroup group, string field, string path, ulong value)
    {
        var number = DeviceNumber(path);
        var unified = group.Group.IsUnified(ControlGroupController.Block);
        if (field == "device_weight")
        {
            var file = WeightFiles(unified, "_device").FirstOrDefault(name => group.Group.HasFile(ControlGroupController.Block, name)) ?? throw Unweighted();
            group.WriteSupported(ControlGroupController.Block, file, Unweighted, string.Create(CultureInfo.InvariantCulture, $"{number} {(value == 0 ? unified ? "default" : "0" : value.ToString(CultureInfo.InvariantCulture))}"));
            return;
        }

        var throttle = s_throttles.First(throttle => throttle.Field == field);
        if (unified)
        {
            group.Write(ControlGroupController.Block, "io.max", string.Create(CultureInfo.InvariantCulture, $"{number} {throttle.Unified}={(value == 0 ? "max" : value.ToString(CultureInfo.InvariantCulture))}"));
        }
        else
        {
            group.Write(ControlGroupController.Block, throttle.File, string.Create(CultureInfo.InvariantCulture, $"{number} {value}"));
        }
    }

    private static VireoException Unweighted() => VireoException.OperationInvalid(ErrorDomain.None, "blkio device weight is valid only for cfq scheduler");

    private static string DeviceNumber(string path)
    {
        var status = FileStatus.TryOf(path) ?? throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"Path '{path}' is not accessible");
        return status.Kind == FileKind.BlockDevice
            ? string.Create(CultureInfo.InvariantCulture, $"{status.Device.Major}:{status.Device.Minor}")
            : throw FileSystemCalls.Failure(22, $"Path '{path}' must be a block device");
    }

    private static uint CurrentWeight(GuestGroup group) =>
        uint.TryParse((group.Group.Read(ControlGroupController.Block, WeightFile(group)) ?? "").Split(' ')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var weight) ? weight : 0;

    private static string WeightFile(GuestGroup group)
    {
        var names = WeightFiles(group.Group.IsUnified(ControlGroupController.Block), "");
        return names.FirstOrDefault(name => group.Group.HasFile(ControlGroupController.Block, name)) ?? names[0];
    }

    // Which there is depends on the scheduler of the host's disks.
    private static string[] WeightFiles(bool unified, string device) => unified ? ["io.bfq.weight", "io.weight"] : ["blkio.weight" + device, "blkio.bfq.weight" + device];

    private static ulong Value(BlkioDevice device, string field) => field switch
    {
        "device_weight" => device.Weight ?? 0,
        "device_read_iops_sec" => device.ReadIopsSec ?? 0,
        "device_write_iops_sec" => device.WriteIopsSec ?? 0,
        "device_read_bytes_sec" => device.ReadBytesSec ?? 0,
        _ => device.WriteBytesSec ?? 0,
    };

    private static ConfigList<BlkioDevice> With(ConfigList<BlkioDevice> devices, string path, string field, ulong value)
    {
        var before = devices.FirstOrDefault(device => device.Path == path) ?? new BlkioDevice { Path = path };
        var small = value == 0 ? (uint?)null : (uint)value;
        var large = value == 0 ? (ulong?)null : value;
        var after = field switch
        {
            "device_weight" => before with { Weight = small },
            "device_read_iops_sec" => before with { ReadIopsSec = small },
            "device_write_iops_sec" => before with { WriteIopsSec = small },
            "device_read_bytes_sec" => before with { ReadBytesSec = large },
            _ => before with { WriteBytesSec = large },
        };
        var known = devices.Any(device => device.Path == path);
        ConfigList<BlkioDevice> all = known ? [.. devices.Select(device => device.Path == path ? after : device)] : [.. devices, after];
        return [.. all.Where(static device => device != new BlkioDevice { Path = device.Path })];
    }

    /// <summary>Reads <c>path,value,path,value</c>.</summary>
    private static List<(string Path, ulong Value)> Pairs(TypedParam given)
    {
        var words = given.Text.Split(',');
        var pairs = new List<(string, ulong)>();
        for (var i = 0; i < words.Length && given.Text.Length > 0; i += 2)
        {
            if (words[i].Length == 0 || i + 1 >= words.Length)
            {
                throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"unable to parse blkio device '{given.Field}' '{given.Text}'");
            }

            var most = given.Field.EndsWith("bytes_sec", StringComparison.Ordinal) ? ulong.MaxValue : uint.MaxValue;
            pairs.Add(ulong.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most
                ? (words[i], value)
                : throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"invalid value '{words[i + 1]}' for parameter '{given.Field}' of device '{words[i]}'"));
        }

        return pairs;
    }
}
