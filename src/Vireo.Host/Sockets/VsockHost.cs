using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Sockets;

/// <summary>The host's side of the sockets between it and its guests.</summary>
public static unsafe class VsockHost
{
    private const nuint SetGuest = 0x4008af60;

    /// <summary>Gives a guest its number.</summary>
    /// <param name="control">The kernel's device, as opened for the guest.</param>
    /// <param name="number">The number.</param>
    /// <returns>0, or the errno of the kernel's refusal: EADDRINUSE when another guest has that number.</returns>
    public static int SetNumber(SafeFileHandle control, ulong number) => Libc.DeviceControl(control, SetGuest, &number) == 0 ? 0 : System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
}
