using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Folders of the host that the guest may mount.</summary>
internal static class FilesystemArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        foreach (var system in config.Devices.Filesystems)
        {
            Unsupported.When(system.Type is not (null or FilesystemType.Mount), $"<filesystem type='{system.Type?.ToXmlName()}'>", "is not supported by QEMU; only 'mount' is");
            if (system.Driver?.Type == FilesystemDriverType.Virtiofs)
            {
                Virtiofs(arguments, system, config, context);
            }
            else
            {
                NineP(arguments, system, config);
            }
        }
    }

    private static void NineP(ArgumentList arguments, FilesystemConfig system, DomainConfig config)
    {
        Unsupported.When(system.Driver?.Type is not (null or FilesystemDriverType.Path), $"<driver type='{system.Driver?.Type?.ToXmlName()}'> of a <filesystem>");
        var id = $"fsdev-{system.Alias}";
        arguments.Add("-fsdev", new OptionList("local").With("security_model", system.Accessmode switch { FilesystemAccess.Mapped => "mapped", FilesystemAccess.Squash => "none", _ => "passthrough" })
            .With("writeout", system.Driver?.Wrpolicy?.ToXmlName())
            .With("multidevs", system.Multidevs is null or FilesystemMultidevs.Default ? null : system.Multidevs.Value.ToXmlName())
            .With("fmode", Mode(system.Fmode)).With("dmode", Mode(system.Dmode))
            .With("id", id).With("path", system.Source?.Dir).With("readonly", system.Readonly ? true : null).ToString());
        arguments.Device(OptionJson.Device(DevicePlace.VirtioName("virtio-9p", system.Model, system.Address)).Text("fsdev", id).Text("mount_tag", system.Target).At(system, config)
            .Virtio(system.Driver?.Iommu, system.Driver?.Ats, system.Driver?.Packed, system.Driver?.PagePerVq));
    }

    private static void Virtiofs(ArgumentList arguments, FilesystemConfig system, DomainConfig config, CommandLineContext context)
    {
        var id = $"chr-vu-{system.Alias}";
        arguments.Add("-chardev", new OptionList("socket").With("id", id).With("path", system.Source?.Socket ?? context.File($"{system.Alias}-fs.sock")).ToString());
        arguments.Device(OptionJson.Device(DevicePlace.VirtioName("vhost-user-fs", system.Model, system.Address)).Text("chardev", id).Number("queue-size", system.Driver?.Queue).Text("tag", system.Target)
            .At(system, config).Number("bootindex", (long?)system.Boot?.Order).Virtio(system.Driver?.Iommu, system.Driver?.Ats, system.Driver?.Packed, system.Driver?.PagePerVq));
    }

    // The document's digits are octal; QEMU takes a leading zero for that.
    private static string? Mode(string? octal) => octal is null ? null : "0" + octal.TrimStart('0');
}
