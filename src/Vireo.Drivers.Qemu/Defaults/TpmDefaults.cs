using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>TPMs: what a document may leave open, and what it may not ask for.</summary>
internal static class TpmDefaults
{
    /// <summary>Fills in the model, the version and the host's device.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: nothing serves it.</exception>
    public static TpmConfig Apply(TpmConfig tpm, MachineKind machine)
    {
        var model = tpm.Model ?? machine.Tpm;
        var backend = tpm.Backend ?? throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "missing TPM device backend");
        return tpm with
        {
            Model = model,
            Backend = backend.Type switch
            {
                TpmBackendType.Emulator => backend with
                {
                    Version = backend.Version ?? (model == TpmModel.Tis && machine is not ArmMachine { IsVirt: true } ? TpmVersion.V12 : TpmVersion.V20),
                    PersistentState = backend.PersistentState == true ? true : null,
                },
                TpmBackendType.Passthrough => backend with { DevicePath = backend.DevicePath ?? "/dev/tpm0" },
                _ => backend,
            },
        };
    }

    /// <summary>What must hold of those of a finished document.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Check(DevicesConfig devices, DefaultsContext context)
    {
        foreach (var tpm in devices.Tpms)
        {
            var model = tpm.Model!.Value.ToXmlName();
            if (tpm.Backend!.Type is { } type and not TpmBackendType.External && !context.HasDevice($"tpm-{type.ToXmlName()}"))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"The QEMU executable {devices.Emulator} does not support TPM backend type {type.ToXmlName()}");
            }

            if (!context.HasDevice(model) && !context.HasDevice($"{model}-device"))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"The QEMU executable {devices.Emulator} does not support TPM model {model}");
            }

            if (tpm.Backend is { ActivePcrBanks: not null, Version: not TpmVersion.V20 })
            {
                throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "<active_pcr_banks/> requires TPM version '2.0'");
            }

            if (tpm is { Model: TpmModel.Crb, Backend: { Type: TpmBackendType.Emulator, Version: TpmVersion.V12 } })
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "Unsupported interface 'tpm-crb' for TPM 1.2");
            }
        }

        if (devices.Tpms.Count > 1)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "only a single TPM non-proxy device is supported");
        }
    }
}
