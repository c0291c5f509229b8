using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>What of a running guest's disk stays as it is.</summary>
internal static class DiskFields
{
    /// <summary>Kind, bus and address; what is not said stays.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED: libvirt's name of what would change.</exception>
    public static void RequirePlace(DiskConfig given, DiskConfig present)
    {
        Require(given.Device, present.Device, "device");
        Require(given.Target!.Bus, present.Target!.Bus, "bus");
    }

    /// <summary>All that the guest sees and QEMU was told, in libvirt's order.</summary>
    /// <param name="given">The disk as it is to be, with its defaults.</param>
    /// <param name="present">The disk as it is.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED: libvirt's name of what would change.</exception>
    public static void RequireSame(DiskConfig given, DiskConfig present)
    {
        var (driver, has) = (given.Driver ?? new DiskDriver(), present.Driver ?? new DiskDriver());
        Require(given.Geometry?.Cyls, present.Geometry?.Cyls, "geometry cylinders");
        Require(given.Geometry?.Heads, present.Geometry?.Heads, "geometry heads");
        Require(given.Geometry?.Secs, present.Geometry?.Secs, "geometry sectors");
        Require(given.Geometry?.Trans, present.Geometry?.Trans, "BIOS-translation-modus");
        Require(given.Blockio?.LogicalBlockSize, present.Blockio?.LogicalBlockSize, "blockio logical_block_size");
        Require(given.Blockio?.PhysicalBlockSize, present.Blockio?.PhysicalBlockSize, "blockio physical_block_size");
        Require(given.Iotune, present.Iotune, "blkdeviotune");
        Require(given.Throttlefilters, present.Throttlefilters, "throttlefilters");
        Require(given.Serial, present.Serial, "serial");
        Require(given.Wwn, present.Wwn, "wwn");
        Require(given.Vendor, present.Vendor, "vendor");
        Require(given.Product, present.Product, "product");
        Require(driver.Cache, has.Cache, "cache");
        Require(driver.ErrorPolicy, has.ErrorPolicy, "error_policy");
        Require(driver.RerrorPolicy, has.RerrorPolicy, "rerror_policy");
        Require(driver.Io, has.Io, "io");
        Require(driver.Ioeventfd, has.Ioeventfd, "ioeventfd");
        Require(driver.EventIdx, has.EventIdx, "event_idx");
        Require(driver.CopyOnRead, has.CopyOnRead, "copy_on_read");
        Require(given.Model, present.Model, "model");
        Require(driver.Discard, has.Discard, "discard");
        Require(driver.Iothread, has.Iothread, "iothread");
        Require(given.Backenddomain, present.Backenddomain, "backenddomain");
        Require(given.Readonly, present.Readonly, "readonly");
        Require(given.Shareable, present.Shareable, "shareable");
        Require(given.Transient, present.Transient, "transient");
        Require(given.Rawio, present.Rawio, "rawio");
        Require(given.Sgio, present.Sgio, "sgio");
        Require(driver.Queues, has.Queues, "queues");
        Require(driver.DetectZeroes, has.DetectZeroes, "detect_zeroes");
        Require(given.Boot?.Order, present.Boot?.Order, "boot order");
        Require(given.Address, present.Address, "address");
    }

    private static void Require<T>(T given, T present, string field)
    {
        if (!EqualityComparer<T>.Default.Equals(given, present))
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"cannot modify field '{field}' of the disk");
        }
    }
}
