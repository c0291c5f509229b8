using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The TPM.</summary>
internal static class TpmArguments
{
    /// <summary>Adds it; its emulator is at the other end of a socket that QEMU inherits.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        foreach (var tpm in config.Devices.Tpms)
        {
            var id = $"tpm-{tpm.Alias}";
            var fd = context.Tpm ?? throw VireoException.Internal(ErrorDomain.Qemu, $"nothing serves TPM '{tpm.Alias}'");
            arguments.Add("-chardev", new OptionList("socket").With("id", "chrtpm").With("fd", fd.ToString(CultureInfo.InvariantCulture)).ToString());
            arguments.Add("-tpmdev", new OptionList("emulator").With("id", id).With("chardev", "chrtpm").ToString());
            arguments.Device(OptionJson.Device(tpm.Model!.Value.ToXmlName()).Text("tpmdev", id).Text("id", tpm.Alias));
        }
    }
}
