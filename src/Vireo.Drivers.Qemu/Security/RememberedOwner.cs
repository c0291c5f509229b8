using System.Globalization;
using Vireo.Host.Facts;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>
/// Whose a file was before guests got it, and how many have it: kept in the file's extended attributes, under libvirt's names and in its form, so that guests of
/// either daemon count. What was written before the host was booted is stale.
/// </summary>
/// <param name="file">The file, locked.</param>
internal sealed class RememberedOwner(PinnedFile file)
{
    private const string Owner = "trusted.libvirt.security.dac";
    private const string References = "trusted.libvirt.security.ref_dac";
    private const string Timestamp = "trusted.libvirt.security.timestamp_dac";

    // Two who count back to the boot may end up a second apart.
    private const long Tolerance = 2;

    /// <summary>How many have the file; 0 for nobody, null when its file system cannot say.</summary>
    public int? Count
    {
        get
        {
            var count = file.Attribute(References, out var supported);
            return !supported ? null
                : count is not null && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && IsOfThisBoot() ? number : 0;
        }
    }

    /// <summary>One more has it.</summary>
    /// <param name="present">How many have it already.</param>
    public void Add(int present)
    {
        if (present == 0)
        {
            file.SetAttribute(Owner, new DacLabel(file.User, file.Group).ToString());
            file.SetAttribute(Timestamp, HostIdentity.BootTime.ToString(CultureInfo.InvariantCulture));
        }

        file.SetAttribute(References, (present + 1).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>One less has it.</summary>
    /// <param name="present">How many have it.</param>
    /// <returns>Whose it is again, when nobody has it any more; null while others have it.</returns>
    public DacLabel? Remove(int present)
    {
        if (present > 1)
        {
            file.SetAttribute(References, (present - 1).ToString(CultureInfo.InvariantCulture));
            return null;
        }

        var owner = file.Attribute(Owner, out _) is { } text ? DacLabel.Parse(text) : (DacLabel?)null;
        file.SetAttribute(References, null);
        file.SetAttribute(Owner, null);
        file.SetAttribute(Timestamp, null);
        return owner;
    }

    private bool IsOfThisBoot() =>
        long.TryParse(file.Attribute(Timestamp, out _), NumberStyles.None, CultureInfo.InvariantCulture, out var written) && Math.Abs(written - HostIdentity.BootTime) <= Tolerance;
}
