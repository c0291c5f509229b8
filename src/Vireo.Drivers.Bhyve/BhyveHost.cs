using Vireo.Config;

namespace Vireo.Drivers.Bhyve;

/// <summary>What only the driver knows when commands are put together: the host's programs, and what is made for a run.</summary>
public abstract class BhyveHost
{
    /// <summary>What the programs can.</summary>
    public abstract BhyveFeatures Features { get; }

    /// <summary>The file that the boot loader <c>grub-bhyve</c> reads the disks' names from.</summary>
    public abstract string DeviceMapFile { get; }

    /// <summary>The tap of a network card.</summary>
    /// <param name="card">The card.</param>
    public abstract string Tap(InterfaceConfig card);

    /// <summary>The port of a display that asks for any.</summary>
    /// <param name="display">The display.</param>
    public abstract int Port(GraphicsConfig display);

    /// <summary>The file of a volume.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="volume">The volume's name.</param>
    /// <exception cref="VireoException">VIR_ERR_NO_STORAGE_POOL, VIR_ERR_NO_STORAGE_VOL.</exception>
    public abstract string Volume(string pool, string volume);
}

/// <summary>Commands to look at, as <c>domxml-to-native</c> shows them: nothing is made for them.</summary>
/// <param name="features">What the programs can.</param>
public class PreviewHost(BhyveFeatures features) : BhyveHost
{
    /// <inheritdoc/>
    public override BhyveFeatures Features => features;

    /// <inheritdoc/>
    public override string DeviceMapFile => "<device.map>";

    /// <inheritdoc/>
    public override string Tap(InterfaceConfig card) => "tap0";

    /// <inheritdoc/>
    public override int Port(GraphicsConfig display) => display.Port ?? -1;

    /// <inheritdoc/>
    public override string Volume(string pool, string volume) => throw new VireoException(ErrorCode.NoStoragePool, ErrorDomain.Storage, $"no storage pool with matching name '{pool}'");
}
