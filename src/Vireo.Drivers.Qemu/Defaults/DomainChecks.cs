using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Refuses documents that cannot be a domain, with libvirt's codes and messages.</summary>
internal static class DomainChecks
{
    /// <summary>The name stands in paths, so it may not lead elsewhere.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_NAME, VIR_ERR_XML_ERROR.</exception>
    public static void Name(string? name)
    {
        if (name is not { Length: > 0 })
        {
            throw new VireoException(ErrorCode.NoName, ErrorDomain.Domain, null);
        }

        if (name.Contains('/', StringComparison.Ordinal))
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"name {name} cannot contain '/'");
        }
    }

    /// <summary>What must hold before anything can be filled in.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_NO_TARGET.</exception>
    public static void BeforeDefaults(DomainConfig config)
    {
        if (config.Type is not (DomainType.Qemu or DomainType.Kvm))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"domain type '{config.Type?.ToString().ToLowerInvariant()}' is not supported by the QEMU driver");
        }

        var machine = MachineKind.Of(config.Os.Type!);
        if (config.Os.Type!.Kind != "hvm" || machine is UnknownMachine)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"os type '{config.Os.Type.Kind}' for architecture '{config.Os.Type.Arch}' is not supported");
        }

        if (machine is { IsPc: true, IsQ35: false, IsI440fx: false })
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"machine type '{machine.Name}' is not supported; use a pc or q35 machine");
        }

        var count = config.Vcpu!.Count!.Value;
        if (count == 0)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "maximum vcpus count must be greater than zero");
        }

        if (config.Vcpu.Current > count)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "maximum vCPU count must not be less than current vCPU count");
        }

        if (config is { Type: not DomainType.Kvm, Cputune: { Cachetunes.IsEmpty: false } or { Memorytunes.IsEmpty: false } })
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "cachetune is only supported for KVM domains");
        }

        ThrottleDefaults.Require(config);
        DiskDefaults.RequireTargets(config.Devices.Disks);
    }

    /// <summary>What must hold of the finished document.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void AfterDefaults(DomainConfig config, MachineKind machine, DefaultsContext context)
    {
        if (!EmulatorTargets.Runs(context.Architecture, config.Os.Type!.Arch!))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"Emulator '{config.Devices.Emulator}' does not support arch '{config.Os.Type.Arch}'");
        }

        if (!context.Machines.Contains(machine.Name))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"Emulator '{config.Devices.Emulator}' does not support machine type '{machine.Name}'");
        }

        if (!machine.HasIde && config.Devices.Controllers.Any(c => c.Type == ControllerType.Ide))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "IDE controllers are unsupported for this QEMU binary or machine type");
        }

        if (config.Devices.Controllers.Any(c => c is { Type: ControllerType.Ide, Index: > 0 }))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "Only a single IDE controller is supported for this machine type");
        }

        PlatformChecks.AfterDefaults(config, machine, context.Encryption);
        CpuDefaults.Check(config);
        FirmwareChecks.SecureBoot(config);
        if (machine.IsPc && (config.Os.Loader?.Type == LoaderType.Pflash || config.Os.Firmware == OsFirmware.Efi) && config.Features?.Acpi != true)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "UEFI requires ACPI on this architecture");
        }

        if (config is { Os: { Type.Arch: "aarch64", Loader: not { Type: LoaderType.Pflash }, Firmware: not OsFirmware.Efi }, Features.Acpi: true })
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "ACPI requires UEFI on this architecture");
        }

        DeviceChecks.Filesystems(config);
        VhostUserDisks.Check(config);
        foreach (var disk in config.Devices.Disks)
        {
            DiskChecks.Check(disk, config.Devices.Controllers);
            DiskLimitRules.CheckShared(disk, config.Devices.Disks);
        }

        foreach (var controller in config.Devices.Controllers)
        {
            ControllerChecks.Check(controller, machine);
        }

        MachineChecks.AfterDefaults(config, machine, context);
        DeviceChecks.AfterDefaults(config, machine);
        TpmDefaults.Check(config.Devices, context);
        var aliases = new HashSet<string>(StringComparer.Ordinal);
        foreach (var alias in Aliases(config.Devices))
        {
            if (!aliases.Add(alias))
            {
                throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"non unique alias detected: {alias}");
            }
        }
    }

    private static IEnumerable<string> Aliases(DevicesConfig devices)
    {
        IEnumerable<DeviceConfig> all = [.. devices.Disks, .. devices.Interfaces, .. devices.Channels, .. devices.Inputs, .. devices.Videos, .. devices.Sounds, .. devices.Rngs];
        return all.Select(d => d.Alias).OfType<string>();
    }
}
