using Vireo.Config;
using Vireo.Drivers.Qemu.Capabilities;

namespace Vireo.Drivers.Qemu.Inspection;

/// <summary>What is odd about a running domain: what makes its behaviour nobody's promise, and what of it will not be had for long.</summary>
internal static class DomainMessages
{
    /// <summary>What taints it, in libvirt's order.</summary>
    /// <param name="live">The live document.</param>
    public static IEnumerable<string> Taints(DomainConfig live)
    {
        if (live.QemuCommandline is { Args.Count: > 0 } or { Envs.Count: > 0 })
        {
            yield return "tainted: custom configuration parameters specified";
        }

        // Guests run as the daemon's user.
        if (Environment.IsPrivilegedProcess)
        {
            yield return "tainted: running with undesirable elevated privileges";
        }

        if (live.Devices.Interfaces.Any(card => card.Script is not null || card.Downscript is not null))
        {
            yield return "tainted: network configuration using opaque shell scripts";
        }

        if (live.Cpu?.Mode == CpuMode.HostPassthrough)
        {
            yield return "tainted: potentially unsafe use of host CPU passthrough";
        }

        if (live.Devices.Disks.Any(disk => disk is { Device: DiskDevice.Cdrom, Type: DiskType.Block, Source.Dev: not null }))
        {
            yield return "tainted: use of host cdrom passthrough";
        }

        if (live.Os.Dtb is not null)
        {
            yield return "tainted: custom device tree blob used";
        }
    }

    /// <summary>What of it its QEMU will not have for long.</summary>
    /// <param name="live">The live document.</param>
    /// <param name="qemu">What its emulator can do.</param>
    public static IEnumerable<string> Deprecations(DomainConfig live, QemuCapabilities qemu)
    {
        if (qemu.FindMachine(live.Os.Type!.Machine!) is { Deprecated: true } machine)
        {
            yield return $"deprecated configuration: machine type '{machine.Name}'";
        }

        if (live.Cpu is { Mode: CpuMode.Custom, Model.Name: { } model } && qemu.CpuModels(live.Type == DomainType.Kvm).Any(known => known.Name == model && known.Deprecated))
        {
            yield return $"deprecated configuration: CPU model '{model}'";
        }
    }
}
