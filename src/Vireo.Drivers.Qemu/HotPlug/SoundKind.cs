using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Sound cards; only definitions gain and lose them.</summary>
internal sealed class SoundKind() : DeviceKind("sound")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        if (live)
        {
            throw NotSupported("attach", live);
        }
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live) => live
        ? throw NotSupported("detach", live)
        : config.Devices.Sounds.Find(card => card.Model == wanted.Sounds[0].Model && IsAt(wanted.Sounds[0], card)) ?? throw Missing("device not present in domain configuration");
}
