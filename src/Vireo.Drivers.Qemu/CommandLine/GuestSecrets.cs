using Vireo.Config;
using Vireo.Host.Processes;
using Vireo.Host.Secrets;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>
/// Gives a QEMU the values of secrets so that nobody else comes by them: one that is started inherits each as a file that is in memory alone, one that runs hears it over
/// its monitor. Nothing of them is on a command line or on a disk.
/// </summary>
/// <param name="store">The host's secrets.</param>
/// <param name="inherited">What the QEMU that is started inherits; null when it runs.</param>
internal sealed class GuestSecrets(SecretStore store, InheritedFds? inherited)
{
    /// <summary>The option of <c>-object</c> that gives a secret.</summary>
    /// <param name="id">QEMU's name of it.</param>
    /// <param name="named">How the document names it.</param>
    /// <exception cref="VireoException">VIR_ERR_NO_SECRET: there is no such secret, or it has no value.</exception>
    public OptionJson Object(string id, StorageSecret named) => Object(id, store.Reveal(named));

    /// <summary>The same for a value that the document itself has.</summary>
    public OptionJson Object(string id, byte[] value)
    {
        var secret = OptionJson.Object("secret", id);
        return inherited is null
            ? secret.Text("format", "base64").Text("data", Convert.ToBase64String(value))
            : secret.Text("format", "raw").Text("file", $"/proc/self/fd/{inherited.AddContent(id, value)}");
    }
}
