using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Bhyve.Native;

/// <summary>Gathers the devices of a command's options <c>-s</c> and <c>-l</c>.</summary>
internal sealed class NativeDevices
{
    private const int MostDisks = 26;
    private const int MostOptions = 256;

    private readonly List<DiskConfig> _disks = [];
    private readonly List<InterfaceConfig> _cards = [];
    private readonly List<CharDevice> _ports = [];
    private readonly List<(GraphicsConfig Display, VideoConfig Card)> _displays = [];
    private int _options;

    /// <summary>The firmware's file.</summary>
    public string? BootRom { get; private set; }

    /// <summary>All of them. The first serial port is shown as the console, too.</summary>
    public DevicesConfig ToConfig() => new()
    {
        Disks = _disks.ToConfigList(),
        Interfaces = _cards.ToConfigList(),
        Serials = _ports.ToConfigList(),
        Consoles = _ports is [var first, ..] ? [first with { Target = first.Target! with { Type = CharTargetType.Serial } }] : default,
        Graphics = _displays.Select(pair => pair.Display).ToConfigList(),
        Videos = _displays.Select(pair => pair.Card).ToConfigList(),
    };

    /// <summary>Takes up what is in a slot: <c>2:0,virtio-blk,/disk.img</c>.</summary>
    /// <returns>False for a device that no document has.</returns>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public bool TryAddSlot(string text)
    {
        Count();
        if (text.Split(',', 3) is not [var slot, var device, .. var rest])
            throw NativeErrors.Failed($"Failed to parse PCI device '{text}'");
        var address = Place(slot);
        var configuration = rest is [var one] ? one : null;
        switch (device)
        {
            case "hostbridge" or "lpc":
                // They are there without being told.
                return configuration is null;
            case "virtio-blk" or "ahci-hd" or "ahci-cd":
                return TryAddDisk(device, address, configuration);
            case "virtio-net" or "e1000":
                AddCard(device, address, configuration);
                return true;
            case "fbuf":
                if (NativeFramebuffer.Read(configuration) is not { } display)
                    return false;
                _displays.Add((display.Display, display.Card with { Address = address }));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Takes up what is on the bridge to ISA: <c>com1,/dev/nmdm0A</c>.</summary>
    /// <returns>As of <see cref="TryAddSlot"/>.</returns>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED.</exception>
    public bool TryAddPort(string text)
    {
        Count();
        if (text.Split(',', 2) is not [var device, var configuration])
            throw NativeErrors.Failed($"Failed to parse LPC device '{text}'");
        if (device == "bootrom" && !configuration.Contains(',', StringComparison.Ordinal) && configuration.Length > 0)
        {
            BootRom = configuration;
            return true;
        }

        if (device is not ['c', 'o', 'm', var number])
            return false;
        if (!configuration.StartsWith("/dev/nmdm", StringComparison.Ordinal))
            throw NativeErrors.Failed($"Failed to set com port {device}: does not start with '/dev/nmdm'.");
        var slave = configuration[^1] switch
        {
            'A' => 'B',
            'B' => 'A',
            _ => throw NativeErrors.Failed($"Failed to set slave for {configuration}: last letter not 'A' or 'B'"),
        };
        if (number is not ('1' or '2'))
            throw NativeErrors.Failed($"Failed to parse {device}: only com1 and com2 supported.");
        _ports.Add(new CharDevice
        {
            Type = CharType.Nmdm,
            Sources = [new CharSource { Master = configuration, Slave = configuration[..^1] + slave }],
            Target = new CharTarget { Port = number - '1' },
        });
        return true;
    }

    private void Count()
    {
        if (++_options > MostOptions)
            throw NativeErrors.Failed($"more than {MostOptions} devices");
    }

    private static PciAddress Place(string text)
    {
        var numbers = text.Split(':').Select(part => byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToList();
        var (bus, slot, function) = numbers switch
        {
            [var only] => (0, only, 0),
            [var first, var second] => (0, first, second),
            [var first, var second, var third] => (first, second, third),
            _ => (-1, 0, 0),
        };
        return bus >= 0 && slot is >= 0 and <= 31 && function is >= 0 and <= 7
            ? new PciAddress { Domain = 0, Bus = (uint)bus, Slot = (uint)slot, Function = (uint)function }
            : throw NativeErrors.Failed($"Failed to parse PCI slot '{text}'");
    }

    private bool TryAddDisk(string device, PciAddress address, string? path)
    {
        // Options behind the path have no place in a document.
        if (path is not { Length: > 0 } || path.Contains(',', StringComparison.Ordinal))
            return false;
        var bus = device == "virtio-blk" ? DiskBus.Virtio : DiskBus.Sata;
        var index = _disks.Count(disk => disk.Target!.Bus == bus);
        if (index >= MostDisks)
            throw BhyveErrors.Unsupported("too many disks");
        var isBlock = path.StartsWith("/dev/", StringComparison.Ordinal);
        _disks.Add(new DiskConfig
        {
            Type = isBlock ? DiskType.Block : DiskType.File,
            Device = device == "ahci-cd" ? DiskDevice.Cdrom : DiskDevice.Disk,
            Source = isBlock ? new DiskSource { Dev = path } : new DiskSource { File = path },
            Target = new DiskTarget { Dev = DriveName.Format(bus, index), Bus = bus },
            Address = address,
        });
        return true;
    }

    // As in libvirt, a card that is at no tap, or has other options, is left out, and an address that is none is all zeros.
    private void AddCard(string device, PciAddress address, string? configuration)
    {
        if (configuration?.Split(',', 2) is not [['t', 'a', 'p', ..] tap, .. var options] || options is [not ['m', 'a', 'c', '=', ..]])
            return;
        var mac = options is [var option] ? MacAddress.TryParse(option[4..], out var told) ? told : default : MacAddress.Random(Config.Defaults.NetworkCardDefaults.Vendor);
        _cards.Add(new InterfaceConfig
        {
            Type = InterfaceType.Bridge,
            Mac = mac.ToString(),
            // Which bridge the tap is a port of, the command does not say.
            Source = new InterfaceSource { Bridge = "virbr0" },
            Target = new InterfaceTarget { Dev = tap },
            Model = device == "e1000" ? "e1000" : "virtio",
            Address = address,
        });
    }
}
