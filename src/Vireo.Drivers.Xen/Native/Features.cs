using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>What the hypervisor offers the guest.</summary>
internal static class Features
{
    /// <summary>A file's features; null when there is none.</summary>
    public static FeaturesConfig? Parse(XenFile file, GuestKind kind)
    {
        var passthrough = Passthrough(file.Text("passthrough"));
        var hostMap = kind != GuestKind.Hvm && file.Flag("e820_host");
        var features = new FeaturesConfig
        {
            Xen = passthrough is null && !hostMap ? null : new XenFeatures { E820Host = hostMap ? new SwitchFeature { State = true } : null, Passthrough = passthrough },
        };
        if (kind == GuestKind.Hvm)
        {
            features = features with
            {
                Acpi = file.Flag("acpi", true),
                Apic = file.Flag("apic", true) ? new ApicFeature() : null,
                // Every guest of this kind has it, whatever the file says.
                Pae = true,
                Hap = file.Flag("hap", true) ? null : new StateFeature { State = false },
                Viridian = file.Flag("viridian"),
            };
        }

        return features == new FeaturesConfig() ? null : features;
    }

    /// <summary>Writes the features.</summary>
    public static void Format(XenText text, FeaturesConfig? features, GuestKind kind)
    {
        if (kind == GuestKind.Hvm)
        {
            text.Add("pae", true);
            text.Add("acpi", features?.Acpi == true);
            text.Add("apic", features?.Apic is not null);
            if (features?.Hap?.State == false)
                text.Add("hap", false);
            text.Add("viridian", features?.Viridian == true);
        }
        else if (features?.Xen?.E820Host?.State == true)
        {
            text.Add("e820_host", true);
        }

        if (features?.Xen?.Passthrough is { State: true } passthrough)
            text.Add("passthrough", passthrough.Mode is { } mode and not XenPassthroughMode.Default ? mode.ToXmlName() : "enabled");
    }

    private static XenPassthrough? Passthrough(string? text) => text switch
    {
        "enabled" => new() { State = true },
        "sync_pt" => new() { State = true, Mode = XenPassthroughMode.SyncPt },
        "share_pt" => new() { State = true, Mode = XenPassthroughMode.SharePt },
        _ => null,
    };
}
