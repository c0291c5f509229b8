namespace Vireo.Interop.Tests;

/// <summary>A stock libvirtd and a vireod that find QEMU for machines other than PCs, too. Started for these tests alone: libvirtd looks at every QEMU that it finds.</summary>
public sealed class OtherMachineDaemons : IAsyncLifetime
{
    /// <summary>libvirtd.</summary>
    public ScratchDaemon Libvirtd { get; private set; } = null!;

    /// <summary>vireod.</summary>
    public ScratchDaemon Vireod { get; private set; } = null!;

    /// <summary>The programs.</summary>
    public MachineImages Images { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Images = await MachineImages.GetAsync();
        Libvirtd = new ScratchLibvirtd { Environment = Images.OnPath };
        Vireod = new ScratchVireod { Environment = Images.OnPath };
        await Libvirtd.StartAsync();
        await Vireod.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Libvirtd.DisposeAsync();
        await Vireod.DisposeAsync();
    }
}
