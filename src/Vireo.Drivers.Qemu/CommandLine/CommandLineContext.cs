using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>What one run of a domain has besides its document.</summary>
/// <param name="MonitorFd">The number under which QEMU inherits the monitor's listening socket.</param>
/// <param name="Disks">The disks' chains and node numbers.</param>
internal sealed record CommandLineContext(int MonitorFd, LiveDisks Disks)
{
    /// <summary>A memory stream will be loaded: QEMU waits for it (<c>-incoming defer</c>).</summary>
    public bool Incoming { get; init; }

    /// <summary>The number under which QEMU inherits its end of the connection to the TPM's emulator; null when it has no TPM.</summary>
    public int? Tpm { get; init; }

    /// <summary>For each network card's alias the numbers under which QEMU inherits its tap.</summary>
    public IReadOnlyDictionary<string, TapNumbers> Taps { get; init; } = new Dictionary<string, TapNumbers>();
}

/// <summary>The numbers under which QEMU inherits a tap.</summary>
/// <param name="Queues">One for each queue.</param>
/// <param name="Accelerators">One of vhost-net for each queue, or none.</param>
internal sealed record TapNumbers(IReadOnlyList<int> Queues, IReadOnlyList<int> Accelerators);

/// <summary>Tells what cannot be done, by the name of the element that asks for it.</summary>
internal static class Unsupported
{
    /// <summary>VIR_ERR_CONFIG_UNSUPPORTED for an element.</summary>
    /// <param name="element">The element, as in the document: <c>&lt;hostdev&gt;</c>.</param>
    /// <param name="why">What is not supported, and the way on.</param>
    public static VireoException Element(string element, string why = "is not supported") =>
        VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"{element} {why}");

    /// <summary>Refuses an element that is there.</summary>
    public static void When(bool there, string element, string why = "is not supported yet; remove it to start the domain")
    {
        if (there)
        {
            throw Element(element, why);
        }
    }

    /// <summary>Refuses a list that is not empty.</summary>
    public static void WhenAny<T>(ConfigList<T> list, string element) => When(!list.IsEmpty, element);
}
