using System.Globalization;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Devices whose numbers are only known from their keys: <c>ethernet12.present</c>.</summary>
internal static class IndexedKeys
{
    /// <summary>The numbers of a kind of device that a file has entries of, in their order.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: a key that begins like such a device's has no number.</exception>
    public static SortedSet<int> Find(VmxFile file, string device)
    {
        var found = new SortedSet<int>();
        foreach (var key in file.Keys.Where(key => key.StartsWith(device, StringComparison.OrdinalIgnoreCase)))
        {
            var number = key.AsSpan(device.Length);
            var dot = number.IndexOf('.');
            if (dot < 0 || !int.TryParse(number[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                throw VmxErrors.Internal($"failed to parse the index of the VMX key '{key}'");
            found.Add(index);
        }

        return found;
    }
}
