using System.Net.Sockets;
using Vireo.Config;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Tpm;

/// <summary>The two ends of the connection between QEMU and the emulator of its TPM. Both inherit theirs, so there is no name that anybody could connect to, or that would be left behind.</summary>
internal sealed class TpmConnection : IDisposable
{
    private TpmConnection() => (Hypervisor, Emulator) = UnixSocket.Pair();

    /// <summary>QEMU's end.</summary>
    public Socket Hypervisor { get; }

    /// <summary>The emulator's end.</summary>
    public Socket Emulator { get; }

    /// <summary>The connection for a document; null when it has no emulated TPM.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static TpmConnection? For(DomainConfig config) => TpmStorage.EmulatorOf(config) is null ? null : new TpmConnection();

    /// <summary>Lets go of both ends; who has inherited them keeps them.</summary>
    public void Dispose()
    {
        Hypervisor.Dispose();
        Emulator.Dispose();
    }
}
