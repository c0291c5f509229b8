using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Members of controllers and small devices that say nothing of the kind that they stand with.</summary>
internal static class UnreadDeviceMembers
{
    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static ControllerConfig Drop(ControllerConfig controller)
    {
        controller = controller with
        {
            Type = controller.Type ?? ControllerType.Ide,
            Ports = controller.Type is ControllerType.VirtioSerial or ControllerType.Usb ? controller.Ports : null,
            Vectors = controller.Type == ControllerType.VirtioSerial ? controller.Vectors : null,
            MaxGrantFrames = null,
            MaxEventChannels = null,
            Driver = UnreadMembers.Some(controller.Driver),
        };
        return controller.Type switch
        {
            ControllerType.Pci => controller with
            {
                Target = UnreadMembers.Some(controller.Target),
                PciHole64 = controller.Model is "pci-root" or "pcie-root" ? controller.PciHole64 : null,
            },
            ControllerType.Usb when controller.Model == "none" => new ControllerConfig { Type = controller.Type, Index = controller.Index, Model = "none", Driver = controller.Driver, Extras = controller.Extras },
            _ => controller with { Target = null, ModelName = null, PciHole64 = null },
        };
    }

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static VirtioDriver? Drop(VirtioDriver? driver) => driver is null ? null : UnreadMembers.Some(driver with { Name = null });

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static MemoryDevice Drop(MemoryDevice memory) => memory.Target is not { } target ? memory : memory with
    {
        Uuid = memory.Model == MemoryModel.Nvdimm ? memory.Uuid : null,
        Source = memory.Source is not { } source ? null : UnreadMembers.Some(memory.Model switch
        {
            MemoryModel.Nvdimm => source with { Pagesize = null, Nodemask = null },
            MemoryModel.VirtioPmem => source with { Pagesize = null, Nodemask = null, Alignsize = null, Pmem = false },
            _ => source with { Path = null, Alignsize = null, Pmem = false },
        }),
        Target = memory.Model switch
        {
            MemoryModel.Nvdimm => target with { Block = null, Requested = null, Current = null, AddressBase = null },
            MemoryModel.VirtioMem => target with { Label = [], Readonly = false, Current = null },
            _ => target with { Label = [], Readonly = false, Block = null, Requested = null, Current = null },
        },
    };

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static FilesystemConfig Drop(FilesystemConfig filesystem) => filesystem with
    {
        Multidevs = filesystem.Multidevs == FilesystemMultidevs.Default ? null : filesystem.Multidevs,
        Driver = filesystem.Driver is { } driver ? UnreadMembers.Some(driver.Type == FilesystemDriverType.Virtiofs ? driver : driver with { Queue = null }) : null,
        Binary = filesystem.Driver?.Type == FilesystemDriverType.Virtiofs ? UnreadMembers.Some(filesystem.Binary) : null,
        SpaceHardLimit = filesystem.SpaceHardLimit is { Bytes: 0 } ? null : filesystem.SpaceHardLimit,
        SpaceSoftLimit = filesystem.SpaceSoftLimit is { Bytes: 0 } ? null : filesystem.SpaceSoftLimit,
        Source = filesystem.Source is not { } source ? null : (filesystem.Type ?? FilesystemType.Mount) switch
        {
            FilesystemType.Mount when source.Socket is not null => new FilesystemSource { Socket = source.Socket, Extras = source.Extras },
            FilesystemType.Mount or FilesystemType.Bind => new FilesystemSource { Dir = source.Dir, Extras = source.Extras },
            _ => source,
        },
    };

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static RedirfilterConfig Drop(RedirfilterConfig filter) => filter with
    {
        UsbDevices = filter.UsbDevices.Map(d => d with { Class = Hex(d.Class, "X2"), Vendor = Hex(d.Vendor, "X4"), Product = Hex(d.Product, "X4"), Version = d.Version == "-1" ? null : d.Version }),
    };

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static MemballoonConfig Drop(MemballoonConfig balloon) => balloon with
    {
        StatsPeriod = balloon.StatsPeriod is 0 ? null : balloon.StatsPeriod,
        Driver = Drop(balloon.Driver),
        Address = balloon.Model == MemballoonModel.None ? null : balloon.Address,
        Alias = balloon.Model == MemballoonModel.None ? null : balloon.Alias,
        Master = balloon.Model == MemballoonModel.None ? null : balloon.Master,
        AcpiIndex = balloon.Model == MemballoonModel.None ? null : balloon.AcpiIndex,
    };

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static InputConfig Drop(InputConfig input) => input with
    {
        Driver = Drop(input.Driver),
        Source = input.Source is not { } source ? null : input.Type switch
        {
            InputType.Passthrough => new InputSource { Evdev = source.Evdev, Extras = source.Extras },
            InputType.Evdev => source with { Evdev = null },
            _ => null,
        },
    };

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static TpmConfig Drop(TpmConfig tpm) => tpm.Backend is not { } backend ? tpm : tpm with
    {
        Backend = backend.Type switch
        {
            TpmBackendType.Emulator => backend with { DevicePath = null, ActivePcrBanks = UnreadMembers.Some(backend.ActivePcrBanks) },
            TpmBackendType.Passthrough => new TpmBackend { Type = backend.Type, DevicePath = backend.DevicePath, Extras = backend.Extras },
            _ => backend with { DevicePath = null, EncryptionSecret = null, ActivePcrBanks = null, PersistentState = null, Version = null },
        },
    };

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static RngConfig Drop(RngConfig rng) => rng with
    {
        Rate = rng.Rate is { Bytes: > 0 } rate ? rate with { Period = rate.Period is 0 ? null : rate.Period } : null,
        Driver = Drop(rng.Driver),
        Backend = rng.Backend is not { } backend ? null : backend.Model switch
        {
            RngBackendModel.Egd => backend with { Path = null, Sources = UnreadCharacterMembers.Sources(backend.Type, backend.Sources) },
            RngBackendModel.Random => new RngBackend { Model = backend.Model, Path = backend.Path, Extras = backend.Extras },
            _ => new RngBackend { Model = backend.Model, Extras = backend.Extras },
        },
    };

    // Any number is meant by -1. The parser has seen to it that these are numbers, in one base or the other.
    private static string? Hex(string? number, string form) => number?.Trim() switch
    {
        null or "-1" => null,
        ['0', 'x' or 'X', .. var digits] => "0x" + uint.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture).ToString(form, CultureInfo.InvariantCulture),
        var digits => "0x" + uint.Parse(digits, CultureInfo.InvariantCulture).ToString(form, CultureInfo.InvariantCulture),
    };
}
