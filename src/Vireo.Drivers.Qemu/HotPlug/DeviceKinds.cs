using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>The kinds of devices by their elements.</summary>
internal static class DeviceKinds
{
    private static readonly Dictionary<string, DeviceKind> s_kinds = new(StringComparer.Ordinal)
    {
        ["disk"] = new DiskKind(),
        ["interface"] = new InterfaceKind(),
    };

    /// <summary>The kind of a device.</summary>
    /// <param name="document">The device's document.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: there is no such kind.</exception>
    public static DeviceKind Of(DeviceDocument document) => s_kinds.GetValueOrDefault(document.Element)
        ?? throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"unknown device type '{document.Element}'");

    /// <summary>The kind of a device that is there.</summary>
    /// <param name="device">The device, alone.</param>
    public static DeviceKind Of(DevicesConfig device) => device switch
    {
        { Disks.IsEmpty: false } => s_kinds["disk"],
        { Interfaces.IsEmpty: false } => s_kinds["interface"],
        _ => throw VireoException.Internal(ErrorDomain.Qemu, "a device of an unknown kind"),
    };
}
