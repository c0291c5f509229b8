using System.Globalization;
using System.Text;
using Vireo.Config;
using Vireo.Drivers.Qemu.HostDevices;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>The text of the AppArmor profile of one guest's process: what it needs of the host, and nothing of what other guests have.</summary>
internal static class GuestProfile
{
    private const string Special = @"\""?*[]{}^,@";

    // What QEMU itself asks for, whatever the guest is. What an operator adds for libvirt's guests counts as well.
    private const string Common = """
          include <abstractions/base>
          include <abstractions/nameservice>
          include if exists <local/abstractions/libvirt-qemu>

          network inet stream,
          network inet dgram,
          network inet6 stream,
          network inet6 dgram,
          unix,
          capability ipc_lock,
          signal (receive) peer=unconfined,
          ptrace (readby, tracedby) peer=unconfined,

          /dev/kvm rw,
          /dev/net/tun rw,
          /dev/vhost-net rw,
          /dev/vhost-vsock rw,
          /dev/userfaultfd rw,
          /dev/ptmx rw,
          /dev/pts/* rw,
          /proc/@{pid}/cmdline r,
          owner /proc/@{pid}/{auxv,maps,stat,status,smaps,cgroup,limits,mountinfo} r,
          owner /proc/@{pid}/task/@{tid}/{comm,stat,status} rw,
          /proc/sys/kernel/cap_last_cap r,
          /proc/sys/kernel/random/uuid r,
          /proc/sys/vm/{overcommit_memory,max_map_count,nr_hugepages} r,
          /proc/device-tree/{,**} r,
          /sys/firmware/devicetree/** r,
          /sys/{class,bus}/ r,
          /sys/bus/nd/devices/{,**} r,
          /sys/devices/system/{cpu,node}/{,**} r,
          /sys/devices/**/block/*/{,*/}{dev,size,queue/*} r,
          /sys/kernel/mm/{hugepages,transparent_hugepage}/{,**} r,
          /sys/module/{kvm,kvm_*,vhost}/parameters/* r,
          /etc/ceph/*.conf r,
          /etc/pki/{CA,qemu,libvirt-vnc,libvirt-spice}/{,**} r,
          /etc/sasl2/{,**} r,
          /usr/share/{qemu,seabios,vgabios,ipxe,OVMF,AAVMF,edk2,edk2-ovmf,qemu-efi-aarch64,slof,openbios,opensbi}/{,**} rk,
          /usr/lib{,64}/ipxe/{,**} r,
          /usr/{lib,lib64,lib/@{multiarch}}/qemu/*.so mr,
          /run/qemu/*/*.so mr,
        """;

    // Only for guests that run as root: the host's permissions are no matter to them but for the profile.
    private const string Root = """
          capability dac_override,
          capability dac_read_search,
          capability chown,
          capability fowner,
          capability sys_resource,
        """;

    /// <summary>Writes it.</summary>
    /// <param name="name">The profile's name.</param>
    /// <param name="live">The guest's live document.</param>
    /// <param name="owner">Whose the process is.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="channels">The run's directory for the sockets of channels.</param>
    /// <param name="log">What it prints to, under this name and those that it is rotated to.</param>
    /// <param name="files">The files that it opens, and those that it is handed.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the name of a file that no profile can have.</exception>
    public static string Write(string name, DomainConfig live, GuestOwner owner, string directory, string channels, string log, IEnumerable<GuestFile> files)
    {
        var text = new StringBuilder();
        text.Append("abi <abi/3.0>,\ninclude <tunables/global>\n\nprofile ").Append(Quoted(name)).Append(" flags=(attach_disconnected) {\n").Append(Common).Append('\n');
        if (owner.Account is null or { User: 0 })
        {
            text.Append(Root).Append('\n');
        }

        foreach (var rule in Rules(live, owner, directory, channels).Concat(Names(log).Select(name => $"{Pattern(name, "{,.*}")} w")).Concat(files.SelectMany(Rule)).Distinct().Order(StringComparer.Ordinal))
        {
            text.Append("  ").Append(rule).Append(",\n");
        }

        return text.Append("}\n").ToString();
    }

    private static IEnumerable<string> Rules(DomainConfig live, GuestOwner owner, string directory, string channels)
    {
        var devices = live.Devices;
        if (devices.Emulator is { } emulator)
        {
            foreach (var rule in Rule(new Place(emulator, "mr")))
            {
                yield return rule;
            }
        }

        foreach (var rule in Rule(new Place(channels, "rwk") { HasAllBelow = true }))
        {
            yield return rule;
        }

        foreach (var own in Names(directory))
        {
            // Memory in files, and what is made for it to write to.
            yield return $"{Pattern(own, "/{*ram*,mem*,peek,screenshot*}")} rwk";
            // It would remove it at its end, which it may not anyway: no word of that in the host's log.
            yield return $"deny {Quoted(Path.Combine(own, "monitor.sock"))} w";
        }

        foreach (var shared in owner.SharedDevices ?? [])
        {
            yield return $"{Quoted(shared)} rw";
        }

        foreach (var place in Sockets(live).Select(path => new Place(path, "rw")).Concat(Places(live)))
        {
            foreach (var rule in Rule(place))
            {
                yield return rule;
            }
        }

        if (devices.Disks.Any(disk => disk.Rawio == true || disk.Device == DiskDevice.Lun))
        {
            yield return "capability sys_rawio";
        }

        foreach (var rule in HostDevices(devices))
        {
            yield return rule;
        }
    }

    private static IEnumerable<string> Sockets(DomainConfig live)
    {
        var devices = live.Devices;
        return devices.Serials.Concat(devices.Parallels).Concat(devices.Channels).Concat(devices.Consoles).Where(device => device.Type == CharType.Unix).SelectMany(device => device.Sources)
            .Concat(devices.Redirdevs.Where(device => device.Type == CharType.Unix).SelectMany(device => device.Sources))
            .Concat(devices.Smartcards.Where(card => card.Type == CharType.Unix).SelectMany(card => card.Sources))
            .Concat(devices.Rngs.Where(rng => rng.Backend?.Type == CharType.Unix).SelectMany(rng => rng.Backend!.Sources)).Select(source => source.Path)
            .Concat(devices.Graphics.SelectMany(graphics => graphics.Listens).Select(listen => listen.Socket))
            .Concat(devices.Interfaces.Where(card => card.Type == InterfaceType.VhostUser).Select(card => card.Source?.Path))
            .Concat(devices.Disks.Where(disk => disk.Type == DiskType.VhostUser).Select(disk => disk.Source?.Path))
            .Concat(devices.Disks.Select(disk => disk.Source?.Reservations?.Source?.Path)).Concat(devices.Filesystems.Select(system => system.Source?.Socket)).Concat(devices.Shmems.Select(shared => shared.Server?.Path))
            .OfType<string>().Where(path => path.Length > 0);
    }

    private static IEnumerable<Place> Places(DomainConfig live)
    {
        if (live.Os.Loader?.Path is { } loader)
        {
            yield return new(loader, live.Os.Loader.Readonly == false ? "rwk" : "rk");
        }

        foreach (var node in live.Devices.Graphics.Select(graphics => graphics.Gl?.Rendernode).OfType<string>())
        {
            yield return new(node, "rw");
        }

        foreach (var shared in live.Devices.Shmems.Where(shared => shared.Server is null))
        {
            yield return new("/dev/shm/" + shared.Name, "rwk");
        }

        foreach (var system in live.Devices.Filesystems.Where(system => system.Driver?.Type is not FilesystemDriverType.Virtiofs))
        {
            if (system.Source?.Dir is { } folder)
            {
                yield return new(folder, system.Readonly ? "r" : "rwlk") { HasAllBelow = true };
            }
        }
    }

    private static IEnumerable<string> HostDevices(DevicesConfig devices)
    {
        if (devices.Hostdevs.Any(device => device.Type == HostdevType.Usb) || !devices.Redirdevs.IsEmpty)
        {
            yield return "/dev/bus/usb/ r";
            yield return "/sys/bus/usb/devices/{,*} r";
            yield return "/sys/devices/**/usb[0-9]*/** r";
            yield return "/run/udev/data/{+usb*,c16[67]*,c18[089]*} r";
        }

        if (devices.Hostdevs.Any(device => device.Type is HostdevType.Pci or HostdevType.Mdev) || devices.Interfaces.Any(card => card.Type == InterfaceType.Hostdev) || NvmeControllers.Has(devices))
        {
            yield return "/sys/devices/pci*/** r";
            yield return "/sys/devices/virtual/mdev/** r";
            yield return "/sys/bus/pci/devices/{,*} r";
            yield return "capability sys_resource";
        }
    }

    private static IEnumerable<string> Rule(GuestFile file) => Rule(new Place(file.Path, file.IsWritten ? "rwk" : "rk") { HasAllBelow = file.HasAllBelow });

    // The kernel goes by where a name leads to, and what is not there yet has its own name alone.
    private static string[] Names(string path)
    {
        var named = path.Length > 1 ? path.TrimEnd('/') : path;
        return Destination(named) is { } destination && destination != named ? [named, destination] : [named];
    }

    private static IEnumerable<string> Rule(Place place)
    {
        foreach (var path in Names(place.Path))
        {
            if (place.HasAllBelow)
            {
                yield return $"{Quoted(path + "/")} r";
                yield return $"{Pattern(path, "/**")} {place.Access}";
            }
            else
            {
                yield return $"{Quoted(path)} {place.Access}";
            }
        }
    }

    private static string? Destination(string path)
    {
        using var file = Host.Files.PinnedFile.TryOpen(path);
        if (file is not null)
        {
            return file.Name;
        }

        using var parent = Host.Files.PinnedFile.TryOpen(Path.GetDirectoryName(path) ?? "/");
        return parent is null ? null : Path.Combine(parent.Name, Path.GetFileName(path));
    }

    private static string Quoted(string text) => Pattern(text, "");

    // Names are matched as they are, patterns are ours.
    private static string Pattern(string text, string pattern)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Security, $"the name '{text.Replace(c, '?')}' has a control character (0x{((int)c).ToString("x2", CultureInfo.InvariantCulture)}), which no AppArmor profile can name");
            }

            if (Special.Contains(c, StringComparison.Ordinal))
            {
                quoted.Append('\\');
            }

            quoted.Append(c);
        }

        return quoted.Append(pattern).Append('"').ToString();
    }

    private sealed record Place(string Path, string Access)
    {
        public bool HasAllBelow { get; init; }
    }
}
