using Vireo.Config;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.CommandLine;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// Chooses a domain's firmware among those that the host describes: for a domain that asks for a kind of firmware, and for one that names an image but not where its
/// variables come from. The choice is made at each start; the definition goes on asking.
/// </summary>
/// <param name="descriptions">The host's firmware.</param>
/// <param name="nvram">Where guests keep their variables when they do not say.</param>
internal sealed class FirmwareChoice(FirmwareDescriptions descriptions, string nvram)
{
    private const string Qcow2 = "qcow2";

    // Of SEV's policy: the processor's registers are encrypted too (SEV-ES).
    private const uint EncryptedState = 4;

    /// <summary>Where the firmware's variables of a domain lie, made or not, whether it runs or not; null when it has none of its own on this host.</summary>
    /// <param name="config">Its document.</param>
    public string? VariablesOf(DomainConfig config) => config.Os switch
    {
        { Firmware: OsFirmware.Efi, Loader: null or { Path: null, Stateless: not true } } os =>
            os.Nvram is { Path: null, Source: null } or null ? DefaultPath(config, os.Nvram?.Format ?? Find(config)?.Template?.Format) : os.Nvram.Path ?? os.Nvram.Source!.File,
        var os => FirmwareVariables.PathOf(os),
    };

    /// <summary>The document with its firmware, and with what that needs of the machine.</summary>
    /// <param name="config">The complete document.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_FAILED: there is no such firmware; VIR_ERR_OPERATION_INVALID: the document turns off what the firmware needs; VIR_ERR_CONFIG_UNSUPPORTED: the
    /// formats of image and variables do not go together.
    /// </exception>
    public DomainConfig Apply(DomainConfig config) =>
        !IsChosen(config.Os) && config.Os is not { Loader: { Type: LoaderType.Pflash, Readonly: true, Path: not null, Stateless: not true }, Nvram: null or { Template: null } } ? config
        : Find(config) is { } found ? With(config, found)
        : IsChosen(config.Os) ? throw VireoException.OperationFailed(ErrorDomain.Qemu, $"Unable to find any firmware to satisfy '{config.Os.Firmware!.Value.ToXmlName()}'")
        : config;

    private static bool IsChosen(OsConfig os) => os is { Firmware: not null, Loader: null or { Path: null } };

    private FirmwareDescription? Find(DomainConfig config) => descriptions.Read().FirstOrDefault(one => IsChosen(config.Os) ? Matches(one, config) : IsNamed(one, config));

    private string DefaultPath(DomainConfig config, string? format) => Path.Combine(nvram, $"{config.Name}_VARS.{(format == Qcow2 ? Qcow2 : "fd")}");

    private static bool IsNamed(FirmwareDescription description, DomainConfig config) =>
        description.Device == FirmwareDevice.Flash && description.Executable.Path == config.Os.Loader!.Path
        && description.Executable.Format == (config.Os.Loader.Format ?? "raw") && description.IsFor(config.Os.Type!.Arch!, config.Os.Type.Machine!);

    private static bool Matches(FirmwareDescription description, DomainConfig config)
    {
        var os = config.Os;
        var has = description.Features;
        return description.Interfaces.Contains(os.Firmware!.Value)
            && description.IsFor(os.Type!.Arch!, os.Type.Machine!)
            && (config.Pm?.SuspendToMem != true || has.Contains("acpi-s3"))
            && (config.Pm?.SuspendToDisk != true || has.Contains("acpi-s4"))
            && (os.FirmwareDetails?.Features ?? []).All(feature => has.Contains(feature.Name!) == feature.Enabled)
            && (os.Loader?.Secure is not { } secure || has.Contains("requires-smm") == secure)
            && (os.Loader?.Stateless is not { } stateless || (description.IsStateless || description.Device != FirmwareDevice.Flash) == stateless)
            && (os.Loader?.Format is not { } format || description.Executable.Format == format)
            && (os.Nvram?.Format is not { } kept || description.Template?.Format == kept)
            && (config.LaunchSecurity is not { Type: LaunchSecurityType.Sev } security
                || (has.Contains("amd-sev") && ((security.Policy & EncryptedState) == 0 || has.Contains("amd-sev-es"))));
    }

    private DomainConfig With(DomainConfig config, FirmwareDescription found)
    {
        var os = config.Os with { Firmware = null };
        var loader = os.Loader ?? new LoaderConfig();
        os = found.Device switch
        {
            FirmwareDevice.Kernel => os with { Kernel = found.Executable.Path, Loader = null },
            FirmwareDevice.Memory => os with { Loader = loader with { Type = LoaderType.Rom, Path = found.Executable.Path } },
            _ => os with
            {
                Loader = loader with { Type = LoaderType.Pflash, Readonly = true, Path = found.Executable.Path, Format = Shown(loader.Format, found.Executable) },
                Nvram = found.Template is { } template ? Variables(config, template) : os.Nvram,
            },
        };
        return found.Features.Contains("requires-smm") ? Secure(config with { Os = os }) : config with { Os = os };
    }

    private NvramConfig Variables(DomainConfig config, FlashFile template)
    {
        var variables = config.Os.Nvram ?? new NvramConfig();
        if (variables.Format is { } wanted && wanted != template.Format)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"Format mismatch: loader.format='{template.Format}' nvram.format='{wanted}'");
        }

        variables = variables with { Template = template.Path, Format = Shown(variables.Format, template) };
        return variables is { Path: null, Source: null } ? variables with { Path = DefaultPath(config, template.Format) } : variables;
    }

    // What is raw need not be said.
    private static string? Shown(string? given, FlashFile file) => given ?? (file.Format == Qcow2 ? Qcow2 : null);

    private static DomainConfig Secure(DomainConfig config)
    {
        var features = config.Features ?? new FeaturesConfig();
        if (features.Smm?.State == false)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain has SMM turned off but chosen firmware requires it");
        }

        return config with
        {
            Features = features with { Smm = (features.Smm ?? new SmmFeature()) with { State = true } },
            Os = config.Os with { Loader = config.Os.Loader! with { Secure = true } },
        };
    }
}
