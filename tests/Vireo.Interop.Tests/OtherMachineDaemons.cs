namespace Vireo.Interop.Tests;

/// <summary>A stock libvirtd and a vireod that find QEMU for machines other than PCs, too. Started for these tests alone: libvirtd looks at every QEMU that it finds.</summary>
public sealed class OtherMachineDaemons : IAsyncLifetime
{
    /// <summary>libvirtd.</summary>
    public ScratchDaemon Libvirtd { get; } = new ScratchLibvirtd();

    /// <summary>vireod.</summary>
    public ScratchDaemon Vireod { get; } = new ScratchVireod();

    /// <summary>The programs.</summary>
    public MachineImages Images { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Images = await MachineImages.GetAsync();
        await Libvirtd.StartAsync(Images.OnPath);
        await Vireod.StartAsync(Images.OnPath);
    }

    public async ValueTask DisposeAsync()
    {
        await Libvirtd.DisposeAsync();
        await Vireod.DisposeAsync();
    }
}
