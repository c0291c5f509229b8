using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>The command that loads a guest's kernel: <c>bhyveload</c> for FreeBSD, <c>grub-bhyve</c> for others, or one of the user's own.</summary>
internal static class LoaderCommand
{
    /// <summary>The loader of FreeBSD.</summary>
    public const string Program = "/usr/sbin/bhyveload";

    /// <summary>Whether a guest has one: firmware loads by itself.</summary>
    public static bool IsNeeded(DomainConfig domain) => domain is not { Bootloader: null, Os.Loader: not null };

    /// <summary>Puts the command together, and the device map that it reads.</summary>
    public static BhyveCommands Build(DomainConfig domain, BhyveHost host, IReadOnlyList<string> bhyve)
    {
        if (domain.Bootloader is null)
        {
            var disk = BootDisk.Of(domain);
            return new(domain.BootloaderArgs is null ? Load(domain, disk, host) : Own(Program, domain.BootloaderArgs), null, bhyve);
        }

        if (domain.BootloaderArgs is { } own)
            return new(Own(domain.Bootloader, own), null, bhyve);
        if (!domain.Bootloader.Contains("grub-bhyve", StringComparison.Ordinal))
            throw BhyveErrors.Unsupported("Custom loader requires explicit bootloader_args configuration");
        var disks = GrubDisks(domain.Devices.Disks);
        return new(Grub(domain, host, disks), Map(disks, host), bhyve);
    }

    private static IReadOnlyList<string> Load(DomainConfig domain, DiskConfig disk, BhyveHost host)
    {
        var arguments = new ArgumentList(Program);
        arguments.Add("-m", BhyveCommand.MemoryMiB(domain), "-d", DiskFile.Of(disk, host) ?? throw BhyveErrors.Unsupported($"disk '{disk.Target!.Dev}' without source path not supported"));
        arguments.AddName(domain.Name!);
        return arguments.Arguments;
    }

    // The document has them as one text in which nothing quotes a space.
    private static IReadOnlyList<string> Own(string program, string text)
    {
        var arguments = new ArgumentList(program);
        arguments.Add(text.Split(' '));
        return arguments.Arguments;
    }

    private static IReadOnlyList<string> Grub(DomainConfig domain, BhyveHost host, IReadOnlyList<DiskConfig> disks)
    {
        var arguments = new ArgumentList(domain.Bootloader!);
        arguments.Add("--root", disks.Any(disk => disk.Device == DiskDevice.Cdrom) ? "cd" : "hd0,msdos1", "--device-map", host.DeviceMapFile, "--memory", BhyveCommand.MemoryMiB(domain));
        if (host.Features.HasFlag(BhyveFeatures.GrubConsole) && domain.Devices.Serials is [var port, ..])
            arguments.Add("--cons-dev", DeviceArguments.NullModem(port));
        arguments.AddName(domain.Name!);
        return arguments.Arguments;
    }

    /// <summary>What grub is shown: the disk that comes first in the boot order, else the first hard disk and the first CD.</summary>
    private static IReadOnlyList<DiskConfig> GrubDisks(ConfigList<DiskConfig> disks)
    {
        var usable = disks.Where(disk => DiskFile.Refusal(disk) is null).ToList();
        if (usable.Where(disk => disk.Boot?.Order is > 0).MinBy(disk => disk.Boot!.Order) is { } ordered)
            return [ordered];
        return [.. new[] { usable.Find(disk => disk.Device == DiskDevice.Disk), usable.Find(disk => disk.Device == DiskDevice.Cdrom) }.OfType<DiskConfig>()];
    }

    private static string Map(IReadOnlyList<DiskConfig> disks, BhyveHost host)
    {
        var map = new StringBuilder();
        foreach (var disk in disks)
        {
            var file = DiskFile.Of(disk, host) ?? throw BhyveErrors.Unsupported($"disk '{disk.Target!.Dev}' without source path not supported");
            map.Append(disk.Device == DiskDevice.Cdrom ? "(cd) " : "(hd0) ").Append(file).Append('\n');
        }

        return map.ToString();
    }
}
