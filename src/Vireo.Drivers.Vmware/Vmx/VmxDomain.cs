using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>
/// VMX files to domains and back, by the rules of libvirt's ESX and VMware drivers: what <c>domxml-from-native</c> and <c>domxml-to-native</c>
/// do with the format <c>vmware-vmx</c>.
/// </summary>
public static class VmxDomain
{
    /// <summary>The domain that a VMX file describes.</summary>
    /// <param name="vmx">The file's text.</param>
    /// <param name="host">What only the driver knows.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_CONF_SYNTAX: it is no VMX file, or one of more than a MiB. VIR_ERR_INTERNAL_ERROR: an entry is missing, or has a value that is not
    /// known. VIR_ERR_OVERFLOW: a size that no document can tell. And what <paramref name="host"/> throws.
    /// </exception>
    public static DomainConfig Parse(string vmx, VmxHost host)
    {
        var file = VmxFile.Read(vmx);
        VmxEncoding.Require(file);
        return Build(file, host);
    }

    /// <summary>The domain that a VMX file describes, from the file's bytes: they are in the encoding that the file tells, UTF-8 unless it does.</summary>
    /// <param name="vmx">The file's bytes.</param>
    /// <param name="host">What only the driver knows.</param>
    /// <exception cref="VireoException">
    /// As of <see cref="Parse(string, VmxHost)"/>; VIR_ERR_INTERNAL_ERROR, too, for an encoding that is not known or not kept to.
    /// </exception>
    public static DomainConfig Parse(ReadOnlySpan<byte> vmx, VmxHost host) => Parse(VmxEncoding.Decode(vmx), host);

    /// <summary>The VMX file of a domain.</summary>
    /// <param name="domain">The domain's definition.</param>
    /// <param name="host">What only the driver knows.</param>
    /// <param name="hardwareVersion">The version of VMware's virtual hardware, 4 or higher.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR or another with libvirt's messages: the domain has what VMware has not. And what
    /// <paramref name="host"/> throws.
    /// </exception>
    public static string Format(DomainConfig domain, VmxHost host, int hardwareVersion)
    {
        GuestKind.Require(domain, DomainType.Vmware, "hvm", "i686", ["i686", "x86_64"]);
        domain = VmxDefaults.Apply(domain);
        var text = new VmxText();
        HeadFormatter.Format(text, domain, hardwareVersion);
        DisplayFormatter.FormatVnc(text, domain.Devices.Graphics);
        var hasScsi = DiskFormatter.Format(text, domain.Devices, host);
        SharedFolders.Format(text, domain.Devices.Filesystems);
        EthernetFormatter.Format(text, domain.Devices.Interfaces, hardwareVersion);
        DisplayFormatter.FormatVideo(text, domain.Devices.Videos);
        PortFormatter.Format(text, domain.Devices, host);
        HeadFormatter.FormatPlatform(text, domain, hardwareVersion, hasScsi);
        return text.ToString();
    }

    private static DomainConfig Build(VmxFile file, VmxHost host)
    {
        var domain = HeadParser.Parse(file);
        var (disks, controllers) = DiskParser.Parse(file, host);
        var serials = PortParser.Serials(file, host);
        return domain with
        {
            VmwareDatacenterPath = host.DatacenterPath,
            VmwareMoref = host.ManagedObject,
            Devices = new DevicesConfig
            {
                Graphics = DisplayParser.Vnc(file),
                Disks = disks,
                Controllers = controllers,
                Filesystems = SharedFolders.Parse(file),
                Interfaces = EthernetParser.Parse(file),
                Videos = [DisplayParser.Video(file)],
                Serials = serials,
                // libvirt shows the first serial port as the console, too.
                Consoles = serials.IsEmpty ? default : [serials[0] with { Target = serials[0].Target! with { Type = CharTargetType.Serial } }],
                Parallels = PortParser.Parallels(file, host),
            },
        };
    }
}
