using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Random number generators.</summary>
internal sealed class RngKind() : DeviceKind("rng")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var rng = wanted.Rngs[0];
        return config.Devices.Rngs.Find(other => other.Model == rng.Model && other.Rate?.Bytes == rng.Rate?.Bytes && other.Rate?.Period == rng.Rate?.Period && other.Backend == rng.Backend && IsAt(rng, other))
            ?? throw Missing(live ? "model 'random' RNG device not present in domain configuration" : "no matching RNG device was found");
    }
}
