using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.HostDevices;

/// <summary>
/// Disks on NVMe controllers. Each namespace is claimed, and with the first of a controller's the controller itself; it is given back with the last.
/// </summary>
internal sealed partial class HostDeviceClaims
{
    private const string Namespace = "nvme ";

    /// <summary>Takes what a disk is on.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="present">Has what the run has already; null for nothing.</param>
    /// <param name="domain">The domain's name.</param>
    /// <param name="directory">The run's directory.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_INVALID: another disk has the namespace, or another domain the controller; VIR_ERR_SYSTEM_ERROR: the controller is not there; VIR_ERR_INTERNAL_ERROR: it cannot be given to guests.
    /// What was taken before is in the run's list.
    /// </exception>
    public void Take(DiskConfig disk, DiskConfig? present, string domain, string directory)
    {
        var had = present is null ? [] : NvmeControllers.Of(present).Select(KeyOf).ToHashSet(StringComparer.Ordinal);
        foreach (var source in NvmeControllers.Of(disk))
        {
            if (!had.Contains(KeyOf(source)))
            {
                Take(source, domain, directory);
            }
        }
    }

    /// <summary>Gives back what a run's disks are no longer on.</summary>
    /// <param name="domain">The domain's name.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="devices">The run's devices.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel does not take it back.</exception>
    public void SettleDisks(string domain, string directory, DevicesConfig devices)
    {
        if (!HasDisks(domain))
        {
            return;
        }

        var kept = devices.Disks.SelectMany(NvmeControllers.Of).Select(KeyOf).ToHashSet(StringComparer.Ordinal);
        var list = new RunList(directory, List);
        var lines = list.Read();
        var gone = lines.Where(line => IsNamespace(line) && !kept.Contains(line)).ToList();
        var idle = gone.Select(ControllerOf).Except(kept.Select(ControllerOf), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);

        // A controller that stays is tried again as long as its namespaces are in the list.
        GiveBack(directory, list, [.. lines.Where(line => idle.Contains(Key(line)))]);
        GiveBack(directory, list, gone);
    }

    private void Take(DiskSource source, string domain, string directory)
    {
        var (key, device) = (KeyOf(source), NvmeControllers.AsDevice(source));
        RequireThere(NvmeControllers.AddressOf(source));
        lock (_gate)
        {
            if (_claims.TryGetValue(key, out var other))
            {
                throw VireoException.OperationInvalid(ErrorDomain.None, $"NVMe device {NvmeControllers.AddressOf(source)} already in use by driver QEMU domain {other}");
            }

            _claims[key] = domain;
        }

        Note(key, borrowed: false, directory, previous: null);
        try
        {
            if (!IsOnDisks(ControllerOf(key), key, directory))
            {
                Claim(ControllerOf(key), device, domain, directory);
            }
        }
        catch (Exception e)
        {
            GiveBack(directory, key, e);
            throw;
        }
    }

    private bool HasDisks(string domain)
    {
        lock (_gate)
        {
            return _claims.Any(claim => claim.Value == domain && IsNamespace(claim.Key));
        }
    }

    // Whether another disk of the run has brought its controller.
    private static bool IsOnDisks(string controller, string except, string directory)
    {
        var lines = new RunList(directory, List).Read();
        return lines.Any(line => Key(line) == controller) && lines.Any(line => IsNamespace(line) && line != except && ControllerOf(line) == controller);
    }

    private static string KeyOf(DiskSource source) => string.Create(CultureInfo.InvariantCulture, $"{Namespace}{NvmeControllers.AddressOf(source)} {source.Namespace ?? 1}");

    private static bool IsNamespace(string key) => key.StartsWith(Namespace, StringComparison.Ordinal);

    // By its key, of a namespace's.
    private static string ControllerOf(string key) => Pci + key.Split(' ')[1];
}
