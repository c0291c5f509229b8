using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>
/// The configuration files of Xen's tools <c>xl</c> and <c>xm</c> to domains and back, by the rules of libvirt's driver for Xen: what
/// <c>domxml-from-native</c> and <c>domxml-to-native</c> do with the formats <c>xen-xl</c> and <c>xen-xm</c>.
/// </summary>
public static class XenDomain
{
    /// <summary>The domain that a file of <c>xl</c> describes.</summary>
    /// <param name="file">The file's text.</param>
    /// <param name="host">What only the driver knows.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_CONF_SYNTAX: it is no such file, or one of more than a MiB. VIR_ERR_INTERNAL_ERROR, VIR_ERR_CONFIG_UNSUPPORTED or another with
    /// libvirt's messages: an entry is missing, or has a value that is not known. VIR_ERR_OVERFLOW: a size that no document can tell.
    /// </exception>
    public static DomainConfig ParseXl(string file, XenHost host) => Parse(XenFile.Read(file), XenFormat.Xl, host);

    /// <summary>The domain that a file of <c>xm</c> describes.</summary>
    /// <param name="file">The file's text.</param>
    /// <param name="host">What only the driver knows.</param>
    /// <exception cref="VireoException">As of <see cref="ParseXl"/>.</exception>
    public static DomainConfig ParseXm(string file, XenHost host) => Parse(XenFile.Read(file), XenFormat.Xm, host);

    /// <summary>The file of a domain for <c>xl</c>.</summary>
    /// <param name="domain">The domain's definition.</param>
    /// <param name="host">What only the driver knows.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR or another with libvirt's messages: the definition is none, or has what Xen has not. And
    /// what <paramref name="host"/> throws.
    /// </exception>
    public static string FormatXl(DomainConfig domain, XenHost host) => Format(domain, XenFormat.Xl, host);

    /// <summary>The file of a domain for <c>xm</c>.</summary>
    /// <param name="domain">The domain's definition.</param>
    /// <param name="host">What only the driver knows.</param>
    /// <exception cref="VireoException">As of <see cref="FormatXl"/>.</exception>
    public static string FormatXm(DomainConfig domain, XenHost host) => Format(domain, XenFormat.Xm, host);

    private static DomainConfig Parse(XenFile file, XenFormat format, XenHost host)
    {
        var kind = GuestKinds.Parse(file);
        var domain = Head.Parse(file) with
        {
            Features = Features.Parse(file, kind),
            Clock = Clock.Parse(file, kind),
            Devices = new DevicesConfig
            {
                Emulator = file.Text("device_model_override") ?? file.Text("device_model"),
                Graphics = Display.Parse(file, kind),
                Interfaces = Vif.Parse(file, format),
                Hostdevs = PciDevices.Parse(file),
            },
        };
        if (kind == GuestKind.Hvm)
            domain = domain with { Devices = Ports.Parse(file, format, domain.Devices) with { Sounds = Sounds.Parse(file), Inputs = UsbInputs.Parse(file, format) } };
        domain = Boot.Parse(domain, file, kind, format, host);
        domain = format == XenFormat.Xl
            ? ParseXlOnly(domain, file, kind)
            : domain with { Devices = domain.Devices with { Disks = XmDisks.Parse(file, kind) } };
        return XenDefaults.Complete(domain, kind);
    }

    private static DomainConfig ParseXlOnly(DomainConfig domain, XenFile file, GuestKind kind)
    {
        domain = Vnuma.Parse(domain with { Cpu = CpuFlags.Parse(file, kind) }, file);
        var devices = domain.Devices;
        var spice = kind == GuestKind.Hvm ? Spice.Parse(file) : null;
        return domain with
        {
            XenCommandline = file.Texts("device_model_args") is { Count: > 0 } args ? new XenCommandline { Args = args.ToConfigList() } : null,
            Devices = devices with
            {
                Disks = XlDisks.Parse(file, kind),
                Graphics = spice is null ? devices.Graphics : [spice],
                Controllers = [.. XenBus.Parse(file), .. UsbDevices.ParseControllers(file)],
                Hostdevs = [.. devices.Hostdevs, .. UsbDevices.Parse(file)],
                Channels = Channels.Parse(file),
            },
        };
    }

    private static string Format(DomainConfig domain, XenFormat format, XenHost host)
    {
        domain.RequireComplete();
        var kind = GuestKinds.Of(domain, host);
        if (kind == GuestKind.Pvh && format == XenFormat.Xm)
            throw XenErrors.Unsupported("xen-xm has no guests of the type xenpvh");
        XenDefaults.Check(domain, kind);
        var (text, devices) = (new XenText(), domain.Devices);
        Head.Format(text, domain);
        Features.Format(text, XenDefaults.Features(domain, kind), kind);
        Clock.Format(text, domain.Clock, kind);
        Head.FormatEvents(text, domain);
        text.AddIfTold("device_model_override", devices.Emulator);
        Display.Format(text, devices.Graphics, kind);
        Vif.Format(text, devices.Interfaces, kind, format, host);
        PciDevices.Format(text, devices.Hostdevs);
        if (kind == GuestKind.Hvm)
        {
            Ports.Format(text, devices, format);
            Sounds.Format(text, devices.Sounds);
        }

        Boot.Format(text, domain, kind, format, host);
        if (format == XenFormat.Xl)
            FormatXlOnly(text, domain, kind);
        else
            XmDisks.Format(text, devices.Disks);
        if (kind == GuestKind.Hvm)
            UsbInputs.Format(text, devices.Inputs, format);
        if (format == XenFormat.Xl)
            FormatXlDevices(text, domain);
        return text.ToString();
    }

    private static void FormatXlOnly(XenText text, DomainConfig domain, GuestKind kind)
    {
        CpuFlags.Format(text, domain.Cpu, kind);
        Vnuma.Format(text, domain.Cpu?.Numa, domain.Vcpu?.Count ?? 1);
        XenBus.Format(text, domain.Devices.Controllers);
        XlDisks.Format(text, domain.Devices.Disks);
        if (kind == GuestKind.Hvm)
            Spice.Format(text, domain.Devices.Graphics);
    }

    private static void FormatXlDevices(XenText text, DomainConfig domain)
    {
        UsbDevices.Format(text, domain.Devices.Hostdevs);
        UsbDevices.FormatControllers(text, domain.Devices.Controllers);
        Channels.Format(text, domain.Devices.Channels);
        text.AddIfAny("device_model_args", domain.XenCommandline?.Args ?? default);
    }
}
