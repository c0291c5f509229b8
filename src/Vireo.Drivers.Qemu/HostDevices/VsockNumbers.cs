using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Host.Files;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.HostDevices;

/// <summary>The numbers by which the host's sockets know guests. The kernel keeps a number for whoever has the device open that it was set on, so nothing has to be given back.</summary>
/// <param name="control">The kernel's device.</param>
internal class VsockNumbers(string control = VsockNumbers.Control)
{
    /// <summary>The kernel's device.</summary>
    public const string Control = "/dev/vhost-vsock";

    private const uint First = 3;
    private const int InUse = 98;

    /// <summary>Takes the number that a document asks for, or the first free one.</summary>
    /// <param name="device">What the document says.</param>
    /// <returns>The device with its number, and what QEMU serves it by.</returns>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the host has no such sockets; VIR_ERR_SYSTEM_ERROR: the number, or every one, is taken.</exception>
    public (VsockConfig Device, SafeFileHandle Handle) Take(VsockConfig device)
    {
        SafeFileHandle handle;
        try
        {
            handle = HostFile.OpenExisting(control, write: true);
        }
        catch (VireoException e)
        {
            throw new VireoException(ErrorCode.ConfigUnsupported, ErrorDomain.Qemu, "unable to open vhost-vsock device", e);
        }

        try
        {
            var cid = device.Cid ?? new VsockCid();
            return (device with { Cid = cid with { Address = cid.Auto == true ? TakeFree(handle) : TakeGiven(handle, cid.Address ?? 0) } }, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Asks the kernel for a number; 0, or the errno of its refusal.</summary>
    protected virtual int Set(SafeFileHandle handle, uint number) => VsockHost.SetNumber(handle, number);

    private uint TakeGiven(SafeFileHandle handle, uint number) =>
        Set(handle, number) is not 0 and var error ? throw Host.SystemError.Make(error, "failed to set guest cid", ErrorDomain.Qemu) : number;

    private uint TakeFree(SafeFileHandle handle)
    {
        for (var number = First; ; number++)
        {
            switch (Set(handle, number))
            {
                case 0:
                    return number;
                case InUse when number < uint.MaxValue:
                    continue;
                case var error:
                    throw Host.SystemError.Make(error, "failed to acquire guest cid", ErrorDomain.Qemu);
            }
        }
    }
}
