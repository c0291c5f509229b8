using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>The memory of firmware settings that machines of POWER have.</summary>
internal sealed class NvramKind() : DeviceKind("nvram")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        Require(config);
        throw NotSupported("attach", live);
    }

    /// <inheritdoc/>
    public override DomainConfig Update(DevicesConfig wanted, DomainConfig config)
    {
        Require(config);
        return base.Update(wanted, config);
    }

    private static void Require(DomainConfig config)
    {
        if (config.Os.Type?.Arch?.StartsWith("ppc64", StringComparison.Ordinal) != true)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "nvram device is only supported for PPC64");
        }
    }
}
