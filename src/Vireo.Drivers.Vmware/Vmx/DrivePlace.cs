using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>A place that a VMX file has for a drive, and what a document calls it.</summary>
/// <param name="Bus">The bus's kind.</param>
/// <param name="Key">What the drive's entries begin with: <c>scsi0:3</c>.</param>
/// <param name="ControllerKey">What its controller's entries begin with; null for a controller that is always there.</param>
/// <param name="Index">The drive's number among all places of the bus's kind.</param>
/// <param name="Address">The place in a document.</param>
internal sealed record DrivePlace(DiskBus Bus, string Key, string? ControllerKey, int Index, DriveAddress Address)
{
    /// <summary>How many SCSI controllers there are, and as many SATA controllers.</summary>
    public const int Controllers = 4;

    private const int ScsiUnits = 15;
    private const int ScsiSelf = 7;
    private const int SataUnits = 30;

    // libvirt's idea of a SATA controller has fewer ports than VMware's.
    private const int DocumentSataUnits = 6;

    /// <summary>The drive's name in a document.</summary>
    public DiskTarget Target => new() { Dev = DriveName.Format(Bus, Index), Bus = Bus };

    /// <summary>All places, in the order that a document names them in.</summary>
    public static IEnumerable<DrivePlace> All() =>
    [
        .. Enumerable.Range(0, Controllers * ScsiUnits).Select(Scsi),
        .. Enumerable.Range(0, Controllers * SataUnits).Select(Sata),
        .. Enumerable.Range(0, 4).Select(Ide),
        .. Enumerable.Range(0, 2).Select(Floppy),
    ];

    /// <summary>The place of a SCSI drive by its number; the controller itself takes one of its units.</summary>
    public static DrivePlace Scsi(int index)
    {
        var (controller, unit) = Math.DivRem(index, ScsiUnits);
        if (unit >= ScsiSelf)
            unit++;
        return new(DiskBus.Scsi, $"scsi{controller}:{unit}", $"scsi{controller}", index, At(controller, 0, unit));
    }

    /// <summary>The place of an IDE drive by its number.</summary>
    public static DrivePlace Ide(int index)
    {
        var (controller, rest) = Math.DivRem(index, 4);
        var (bus, unit) = Math.DivRem(rest, 2);
        return new(DiskBus.Ide, $"ide{bus}:{unit}", null, index, At(controller, bus, unit));
    }

    /// <summary>The place of a floppy drive by its number.</summary>
    public static DrivePlace Floppy(int index)
    {
        var (controller, unit) = Math.DivRem(index, 2);
        return new(DiskBus.Fdc, $"floppy{unit}", null, index, At(controller, 0, unit));
    }

    /// <summary>The place of a SATA drive by its number.</summary>
    public static DrivePlace Sata(int index)
    {
        var (controller, unit) = Math.DivRem(index, SataUnits);
        var (shown, port) = Math.DivRem(index, DocumentSataUnits);
        return new(DiskBus.Sata, $"sata{controller}:{unit}", $"sata{controller}", index, At(shown, 0, port));
    }

    private static DriveAddress At(int controller, int bus, int unit) =>
        new() { Controller = (uint)controller, Bus = (uint)bus, Target = 0, Unit = (uint)unit };
}
