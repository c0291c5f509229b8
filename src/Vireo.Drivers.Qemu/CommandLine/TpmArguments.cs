using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The TPM.</summary>
internal static class TpmArguments
{
    /// <summary>Adds it: the host's own, or an emulator at the other end of a socket.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        foreach (var tpm in config.Devices.Tpms)
        {
            var id = $"tpm-{tpm.Alias}";
            var backend = tpm.Backend ?? new TpmBackend();
            if (backend.Type == TpmBackendType.Passthrough)
            {
                var device = backend.DevicePath ?? "/dev/tpm0";
                arguments.Add("-tpmdev", new OptionList("passthrough").With("id", id).With("path", device)
                    .With("cancel-path", $"/sys/class/tpm/{Path.GetFileName(device)}/device/cancel").ToString());
            }
            else
            {
                var socket = new OptionList("socket").With("id", "chrtpm");
                arguments.Add("-chardev", (backend.Type == TpmBackendType.Emulator && context.Tpm is { } fd
                    ? socket.With("fd", fd.ToString(CultureInfo.InvariantCulture))
                    : socket.With("path", backend.Source?.Path is { } path && backend.Type == TpmBackendType.External ? path : context.File("swtpm.sock"))).ToString());
                arguments.Add("-tpmdev", new OptionList("emulator").With("id", id).With("chardev", "chrtpm").ToString());
            }

            var option = OptionJson.Device(Driver(tpm.Model!.Value, config)).Text("tpmdev", id);
            arguments.Device(tpm.Address is SpaprVioAddress ? option.At(tpm, config) : option.Text("id", tpm.Alias));
        }
    }

    // A PC has it on ISA, other boards at a place of their own.
    private static string Driver(TpmModel model, DomainConfig config) => model.ToXmlName() + (model == TpmModel.Tis && !MachineKind.Of(config.Os.Type!).IsPc ? "-device" : "");
}
