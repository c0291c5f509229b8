using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Lxc.Defaults;

/// <summary>A container's devices.</summary>
internal static class DeviceRules
{
    /// <summary>Fills in what the document leaves open.</summary>
    public static DevicesConfig Apply(DevicesConfig devices, LxcHost host)
    {
        DiskDefaults.RequireTargets(devices.Disks);
        Check(devices);
        var draft = new DeviceDraft(devices);
        draft.Emulator = draft.Emulator is { Length: > 0 } own ? own : host.Emulator;
        DiskDefaults.Sort(draft);
        DiskDefaults.Apply(draft);
        DiskDefaults.AssignDrives(draft);
        ControllerDefaults.Sort(draft);
        DeviceDraft.Each(draft.Filesystems, FilesystemRules.Apply);
        DeviceDraft.Each(draft.Interfaces, CardRules.Apply);
        DeviceDraft.Each(draft.Hostdevs, HostdevRules.Apply);
        Ports(draft);
        ControllerDefaults.AddForDrives(draft);
        if (draft.Channels.Concat(draft.Consoles).Any(port => port.Target?.Type == CharTargetType.Virtio))
            ControllerDefaults.Add(draft, ControllerType.VirtioSerial, 0);
        return draft.ToConfig();
    }

    private static void Check(DevicesConfig devices)
    {
        if (!devices.Graphics.IsEmpty || devices.Videos.Any(card => card.Model?.Type is null or VideoType.Default))
            throw VireoException.Internal(ErrorDomain.Domain, "missing video model and cannot determine default");
        if (devices.Inputs.Any(input => input.Bus is null or not InputBus.None))
            throw VireoException.Internal(ErrorDomain.Domain, "Input devices are not supported by this virtualization driver.");
    }

    private static void Ports(DeviceDraft draft)
    {
        PortNumbers.Assign(draft.Serials);
        PortNumbers.Assign(draft.Parallels);
        var port = 0;
        DeviceDraft.Each(draft.Consoles, console => console with
        {
            Type = console.Type ?? CharType.Pty,
            Tty = null,
            Target = (console.Target ?? new CharTarget()) with { Type = console.Target?.Type ?? CharTargetType.Lxc, Port = port++ },
        });
        CharSourceDefaults.Apply(draft);
    }
}
