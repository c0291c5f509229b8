using Vireo.Drivers.Qemu.HostDevices;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Tests.HostDevices;

/// <summary>A kernel that has the PCI devices that it is given, and does with them what it is told.</summary>
internal sealed class MadeUpKernel : HostDeviceFacts
{
    private readonly ScratchDirectory _root;
    private readonly Dictionary<string, string> _drivers = [];
    private readonly Dictionary<string, string> _overrides = [];

    public MadeUpKernel(ScratchDirectory root)
        : base(root.Path, root["vfio"])
    {
        _root = root;
        Directory.CreateDirectory(root["kernel/iommu_groups/1"]);
        Directory.CreateDirectory(root["bus/pci/drivers/vfio-pci"]);
        File.WriteAllText(root["vfio"], "");
    }

    public bool HasVfioDriver { get; set; } = true;

    public bool Refuses { get; set; }

    /// <summary>Whether the host's driver does not get it back.</summary>
    public bool KeepsIt { get; set; }

    public List<string> Told { get; } = [];

    /// <summary>Gives it a device, with the driver that the host has for it.</summary>
    public void Add(string address, string driver)
    {
        Directory.CreateDirectory(_root[$"bus/pci/drivers/{driver}"]);
        Directory.CreateDirectory(_root[$"bus/pci/devices/{address}"]);
        File.WriteAllText(_root[$"bus/pci/devices/{address}/config"], "");
        _drivers[address] = driver;
        Group(address);
        Bind(address, driver);
    }

    public void Group(string address) => File.CreateSymbolicLink(_root[$"bus/pci/devices/{address}/iommu_group"], "../../../../kernel/iommu_groups/1");

    public void Bind(string address, string? driver)
    {
        string link = _root[$"bus/pci/devices/{address}/driver"];
        if (new DirectoryInfo(link).LinkTarget is not null)
            File.Delete(link);
        if (driver is not null)
            File.CreateSymbolicLink(link, _root[$"bus/pci/drivers/{driver}"]);
    }

    public override (byte[] Address, int Vlan) Read(VirtualFunction function) => ([0x0a, 0, 0, 0, 0, (byte)function.Number], 7);

    public override void Set(VirtualFunction function, ReadOnlySpan<byte> address, int vlan)
    {
        if (Refuses)
        {
            Refuses = false;
            throw VireoException.Internal(ErrorDomain.None, "not now");
        }

        Told.Add($"{function.Physical} {function.Number} {Convert.ToHexString(address)} {vlan}");
    }

    protected override void Write(string path, string text)
    {
        switch (Path.GetFileName(path))
        {
            case "driver_override" when KeepsIt && text == "\n":
                throw new IOException("it stays");
            case "driver_override":
                _overrides[Path.GetFileName(Path.GetDirectoryName(path)!)] = text.Trim();
                break;
            case "unbind":
                Bind(text, null);
                break;
            case "drivers_probe":
                Bind(text, _overrides.GetValueOrDefault(text) is not { Length: > 0 } wanted ? _drivers[text] : HasVfioDriver ? wanted : null);
                break;
        }
    }
}
