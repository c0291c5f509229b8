using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>QEMU's arguments for a domain. A pure function: nothing is opened, nothing changed.</summary>
internal static class QemuCommandLine
{
    /// <summary>The arguments, without the program.</summary>
    /// <param name="live">The live document: complete, with aliases, ports and paths.</param>
    /// <param name="context">What this run has besides.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the document asks for what cannot be had; the message names the element.</exception>
    public static IReadOnlyList<string> Build(DomainConfig live, CommandLineContext context)
    {
        var arguments = new ArgumentList(live.QemuOverride);
        var boot = new BootOrder(live);
        MachineArguments.Add(arguments, live, context);
        arguments.Add("-no-user-config");
        arguments.Add("-nodefaults");
        var monitor = new OptionList("socket").With("id", "charmonitor");
        monitor = context.MonitorFd is { } fd ? monitor.With("fd", Text(fd)) : monitor.With("path", context.File("monitor.sock"));
        arguments.Add("-chardev", monitor.With("server", true).With("wait", false).ToString());
        arguments.Add("-mon", "chardev=charmonitor,id=monitor,mode=control");
        BootArguments.Add(arguments, live);
        PlatformDeviceArguments.AddIommu(arguments, live);
        ControllerArguments.Add(arguments, live, boot);
        MemoryDeviceArguments.Add(arguments, live, context);
        if (live.Devices.Disks.Any(ReservationArguments.IsManaged))
        {
            ReservationArguments.AddManaged(arguments, context.Directory);
        }

        DiskArguments.Add(arguments, live, context, boot);
        FilesystemArguments.Add(arguments, live, context);
        NetworkArguments.Add(arguments, live, context, boot);
        CharacterDeviceArguments.Add(arguments, live, context);
        TpmArguments.Add(arguments, live, context);
        DisplayArguments.Add(arguments, live, context.VncTls);
        HostdevArguments.Add(arguments, live, context, boot);
        SmallDeviceArguments.Add(arguments, live, context);
        PlatformDeviceArguments.Add(arguments, live);
        LaunchSecurityArguments.Add(arguments, live, context);
        arguments.Add("-sandbox", !context.Sandbox ? "off" : "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        if (context.Incoming)
        {
            arguments.Add("-incoming", "defer");
        }

        arguments.Add("-msg", "timestamp=on");
        Deprecation(arguments, live.QemuDeprecation?.Behavior);
        foreach (var extra in live.QemuCommandline?.Args ?? [])
        {
            arguments.Add(extra);
        }

        return arguments.Arguments;
    }

    // What libvirt does not know says nothing.
    private static void Deprecation(ArgumentList arguments, string? behavior)
    {
        if (behavior is "omit" or "reject" or "crash")
        {
            arguments.Add("-compat", new OptionJson("deprecated-output", "hide").Text("deprecated-input", behavior == "omit" ? null : behavior).Build());
        }
    }

    /// <summary>The arguments for one device that comes to others of a running guest.</summary>
    /// <param name="live">The live document, with the device.</param>
    /// <param name="device">The device, alone.</param>
    /// <param name="context">What this run has besides.</param>
    /// <exception cref="VireoException">As <see cref="Build"/>.</exception>
    public static IReadOnlyList<string> BuildDevice(DomainConfig live, DevicesConfig device, CommandLineContext context)
    {
        // What the domain as a whole boots from was settled when it was started.
        var alone = live with { Os = live.Os with { Boots = [] }, Devices = device with { Controllers = live.Devices.Controllers, Audios = live.Devices.Audios, Redirfilter = live.Devices.Redirfilter } };
        var arguments = new ArgumentList(live.QemuOverride);
        var boot = new BootOrder(alone);
        foreach (var controller in device.Controllers)
        {
            ControllerArguments.Add(arguments, controller, alone, boot);
        }

        MemoryDeviceArguments.Add(arguments, alone, context);
        if (device.Disks.Find(ReservationArguments.IsManaged) is { } lun && !live.Devices.Disks.Any(other => other.Alias != lun.Alias && ReservationArguments.IsManaged(other)))
        {
            // It comes with the first, and goes with the last.
            ReservationArguments.AddManaged(arguments, context.Directory);
        }

        DiskArguments.Add(arguments, alone, context, boot);
        FilesystemArguments.Add(arguments, alone, context);
        NetworkArguments.Add(arguments, alone, context, boot);
        CharacterDeviceArguments.Add(arguments, alone, context);
        HostdevArguments.Add(arguments, alone, context, boot);
        AudioArguments.AddCards(arguments, alone);
        SmallDeviceArguments.Add(arguments, alone, context);
        return arguments.Arguments;
    }

    /// <summary>The arguments for the images of one disk, without the device that reads them.</summary>
    /// <inheritdoc cref="BuildDevice"/>
    public static IReadOnlyList<string> BuildImages(DomainConfig live, DiskConfig disk, CommandLineContext context)
    {
        var arguments = new ArgumentList(live.QemuOverride);
        DiskArguments.AddImages(arguments, disk, context);
        return arguments.Arguments;
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
