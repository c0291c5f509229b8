using System.Globalization;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.HostDevices;

/// <summary>What the host tells of its devices, and takes of orders about them: files below one directory, <c>/sys</c> on a running host.</summary>
/// <param name="root">The directory.</param>
/// <param name="vfio">The file through which devices are given to guests.</param>
internal class HostDeviceFacts(string root = "/sys", string vfio = "/dev/vfio/vfio")
{
    private const string Vfio = "vfio-pci";
    private const string Function = "virtfn";

    /// <summary>Whether devices can be given to guests at all.</summary>
    public bool HasVfio => File.Exists(vfio) && Directory.Exists(Path.Combine(root, "kernel/iommu_groups")) && Directory.EnumerateFileSystemEntries(Path.Combine(root, "kernel/iommu_groups")).Any();

    /// <summary>Whether a PCI device is there.</summary>
    public bool HasPci(string address) => File.Exists(Path.Combine(Pci(address), "config"));

    /// <summary>The driver that has a PCI device; null for none.</summary>
    public string? DriverOf(string address) => new DirectoryInfo(Path.Combine(Pci(address), "driver")) is { Exists: true, LinkTarget: { } driver } ? Path.GetFileName(driver) : null;

    /// <summary>Whether a PCI device is with the driver that gives it to guests.</summary>
    public bool IsGiven(string address) => DriverOf(address) == Vfio;

    /// <summary>Whether the driver is there that gives PCI devices to guests.</summary>
    public bool HasDriver => Directory.Exists(Path.Combine(root, "bus/pci/drivers", Vfio));

    /// <summary>A PCI device that a guest gets belongs to a group of the host's IOMMU.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it does not.</exception>
    public void RequireGroup(string address)
    {
        if (new DirectoryInfo(Path.Combine(Pci(address), "iommu_group")).LinkTarget is null)
        {
            throw VireoException.Internal(ErrorDomain.None, $"Invalid device {address} iommu_group file /sys/bus/pci/devices/{address}/iommu_group is not a symlink");
        }
    }

    /// <summary>Takes a PCI device from the host's driver, for guests.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the kernel does not let it go; VIR_ERR_SYSTEM_ERROR.</exception>
    public void Detach(string address)
    {
        Order(address, Path.Combine(Pci(address), "driver_override"), Vfio);
        Rebind(address);
        if (!IsGiven(address))
        {
            Reattach(address);
            throw VireoException.Internal(ErrorDomain.None, $"Failed to bind PCI device '{address}' to {Vfio}: is that driver loaded?");
        }
    }

    /// <summary>Gives a PCI device back to the host's driver.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void Reattach(string address)
    {
        Order(address, Path.Combine(Pci(address), "driver_override"), "\n");
        Rebind(address);
    }

    /// <summary>Which virtual function of which network card a PCI device is; null when it is none.</summary>
    public VirtualFunction? FunctionOf(string address)
    {
        var physical = Path.Combine(Pci(address), "physfn");
        if (!Directory.Exists(Path.Combine(physical, "net")) || Directory.EnumerateDirectories(Path.Combine(physical, "net")).Order(StringComparer.Ordinal).FirstOrDefault() is not { } device)
        {
            return null;
        }

        var own = Directory.EnumerateFileSystemEntries(physical, Function + "*").FirstOrDefault(link => new DirectoryInfo(link).LinkTarget is { } target && Path.GetFileName(target) == address);
        return own is not null && int.TryParse(Path.GetFileName(own).AsSpan(Function.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new VirtualFunction(Path.GetFileName(device), number) : null;
    }

    /// <summary>What a virtual function's address and VLAN are.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR, VIR_ERR_INTERNAL_ERROR: the kernel does not tell.</exception>
    public virtual (byte[] Address, int Vlan) Read(VirtualFunction function) => function.Read();

    /// <summary>Gives a virtual function another address and VLAN.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: its card refuses.</exception>
    public virtual void Set(VirtualFunction function, ReadOnlySpan<byte> address, int vlan)
    {
        function.SetAddress(address);
        function.SetVlan(vlan);
    }

    /// <summary>Whether a mediated device is there.</summary>
    public bool HasMediated(string uuid) => Directory.Exists(Path.Combine(root, "bus/mdev/devices", uuid));

    /// <summary>The USB devices of a vendor's product, or all.</summary>
    public IReadOnlyList<(uint Bus, uint Device)> Usb(uint? vendor, uint? product)
    {
        var place = Path.Combine(root, "bus/usb/devices");
        return !Directory.Exists(place) ? [] :
        [
            .. Directory.EnumerateDirectories(place)
                .Where(device => (vendor is null || Number(device, "idVendor", hexadecimal: true) == vendor) && (product is null || Number(device, "idProduct", hexadecimal: true) == product))
                .Select(device => (Bus: Number(device, "busnum"), Device: Number(device, "devnum"))).Where(at => at is { Bus: not null, Device: not null }).Select(at => (at.Bus!.Value, at.Device!.Value)).Order(),
        ];
    }

    /// <summary>Writes what the kernel takes for an order.</summary>
    protected virtual void Write(string path, string text) => File.WriteAllText(path, text);

    private void Rebind(string address)
    {
        if (DriverOf(address) is not null)
        {
            Order(address, Path.Combine(Pci(address), "driver/unbind"), address);
        }

        Order(address, Path.Combine(root, "bus/pci/drivers_probe"), address);
    }

    private void Order(string address, string path, string text)
    {
        try
        {
            Write(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Host.SystemError.Make(e, $"cannot have the kernel rebind PCI device '{address}': '{path}'", ErrorDomain.None);
        }
    }

    private static uint? Number(string device, string name, bool hexadecimal = false)
    {
        var path = Path.Combine(device, name);
        return File.Exists(path) && uint.TryParse(File.ReadAllText(path).Trim(), hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private string Pci(string address) => Path.Combine(root, "bus/pci/devices", address);
}
