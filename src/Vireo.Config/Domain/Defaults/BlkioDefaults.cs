namespace Vireo.Config.Defaults;

/// <summary>Weights and limits of block I/O.</summary>
internal static class BlkioDefaults
{
    /// <summary>Drops what limits nothing.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a device is told of twice.</exception>
    public static BlkioTuneConfig? Apply(BlkioTuneConfig? tune)
    {
        if (tune is null)
        {
            return null;
        }

        var seen = new HashSet<string?>(StringComparer.Ordinal);
        if (tune.Devices.Find(device => !seen.Add(device.Path)) is { } twice)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"duplicate blkio device path '{twice.Path}'");
        }

        var devices = tune.Devices.Map(Limits).Where(device => device != new BlkioDevice { Path = device.Path }).ToConfigList();
        return tune.Weight is > 0 || !devices.IsEmpty ? tune with { Weight = tune.Weight is > 0 ? tune.Weight : null, Devices = devices } : null;
    }

    private static BlkioDevice Limits(BlkioDevice device) => device with
    {
        Weight = Limit(device.Weight),
        ReadIopsSec = Limit(device.ReadIopsSec),
        WriteIopsSec = Limit(device.WriteIopsSec),
        ReadBytesSec = Limit(device.ReadBytesSec),
        WriteBytesSec = Limit(device.WriteBytesSec),
    };

    private static T? Limit<T>(T? limit)
        where T : struct => limit is { } told && !EqualityComparer<T>.Default.Equals(told, default) ? limit : null;
}
