using System.Globalization;

namespace Vireo.Config.Defaults;

/// <summary>The platform's features, its firmware and what it tells the guest of itself.</summary>
internal static class FeatureDefaults
{
    private const int OldestBiosYear = 1900;

    /// <summary>A feature that is named without a state is on.</summary>
    public static FeaturesConfig? Apply(FeaturesConfig? features) => features is null ? null : features with
    {
        Hap = On(features.Hap),
        Pvspinlock = On(features.Pvspinlock),
        Pmu = On(features.Pmu),
        Vmport = On(features.Vmport),
        Vmcoreinfo = On(features.Vmcoreinfo),
        Smm = features.Smm is { State: null } smm ? smm with { State = true } : features.Smm,
        Hyperv = features.Hyperv is { Mode: null } hyperv ? hyperv with { Mode = HypervMode.Custom } : features.Hyperv,
    };

    /// <summary>Security labels as of a domain that does not run.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static SeclabelConfig Label(SeclabelConfig label)
    {
        var type = label.Type ?? SeclabelType.Dynamic;
        if (type == SeclabelType.Static && label.Label is null)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "security label is missing");
        }

        if (type == SeclabelType.Dynamic && label.Relabel == false)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "dynamic label type must use resource relabeling");
        }

        return type == SeclabelType.None || label.Model is null
            ? new SeclabelConfig { Type = SeclabelType.None, Model = label.Model ?? "none" }
            : label with { Type = type, Relabel = label.Relabel ?? type == SeclabelType.Dynamic, Label = type == SeclabelType.Static ? label.Label : null, Imagelabel = null };
    }

    /// <summary>What the BIOS tells of itself must be readable.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_DETAIL.</exception>
    public static void CheckSysinfo(ConfigList<SysinfoConfig> sysinfos)
    {
        foreach (var date in sysinfos.SelectMany(s => s.Bios).Where(e => e.Name == "date").Select(e => e.Text ?? ""))
        {
            if (date.Split('/') is not [var m, var d, var y]
                || !Number(m, out var month) || !Number(d, out var day) || !Number(y, out var year)
                || month is < 1 or > 12 || day is < 1 or > 31 || (year >= 100 && year < OldestBiosYear))
            {
                throw new VireoException(ErrorCode.XmlDetail, ErrorDomain.Domain, "Invalid BIOS 'date' format");
            }
        }
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static StateFeature? On(StateFeature? feature) => feature is { State: null } ? feature with { State = true } : feature;
}
