using Vireo.Config;
using Vireo.Drivers.Bhyve.CommandLine;
using Vireo.Drivers.Bhyve.Defaults;
using Vireo.Drivers.Bhyve.Native;

namespace Vireo.Drivers.Bhyve;

/// <summary>
/// Domains of FreeBSD's hypervisor, by the rules of libvirt's bhyve driver: what it completes a definition with, the commands it starts a guest
/// with, and what <c>domxml-from-native</c> and <c>domxml-to-native</c> do with the format <c>bhyve-argv</c>.
/// </summary>
public static class BhyveDomain
{
    /// <summary>Completes a definition: controllers, places on the PCI bus, hardware addresses.</summary>
    /// <param name="domain">The definition.</param>
    /// <param name="features">What the host's programs can: it decides how many drives a controller has.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_XML_ERROR, VIR_ERR_INVALID_ARG, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR or another with libvirt's messages: it cannot be a
    /// guest of bhyve.
    /// </exception>
    public static DomainConfig Complete(DomainConfig domain, BhyveFeatures features) => BhyveDefaults.Apply(domain, features);

    /// <summary>The commands that start a guest.</summary>
    /// <param name="domain">The definition; it is completed first.</param>
    /// <param name="host">What only the driver knows.</param>
    /// <exception cref="VireoException">
    /// As of <see cref="Complete"/>; VIR_ERR_CONFIG_UNSUPPORTED, too, for what bhyve has not or its options cannot say. And what
    /// <paramref name="host"/> throws.
    /// </exception>
    public static BhyveCommands Commands(DomainConfig domain, BhyveHost host)
    {
        domain = Complete(domain, host.Features);
        var bhyve = BhyveCommand.Build(domain, host);
        return LoaderCommand.IsNeeded(domain) ? LoaderCommand.Build(domain, host, bhyve) : new BhyveCommands(null, null, bhyve);
    }

    /// <summary>The same commands as text, a line each. Answers to <c>virConnectDomainXMLToNative</c>.</summary>
    /// <param name="domain">The definition.</param>
    /// <param name="host">What only the driver knows.</param>
    /// <exception cref="VireoException">As of <see cref="Commands"/>.</exception>
    public static string ToNative(DomainConfig domain, BhyveHost host)
    {
        var commands = Commands(domain, host);
        return (commands.Loader is { } loader ? Line(loader) + "\n" : "") + Line(commands.Bhyve);
    }

    /// <summary>
    /// The domain that commands run: a line for <c>bhyve</c>, perhaps one for its loader. Answers to <c>virConnectDomainXMLFromNative</c>.
    /// </summary>
    /// <param name="commands">The commands' text; a backslash at a line's end joins the next to it.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_INTERNAL_ERROR, VIR_ERR_INVALID_ARG, VIR_ERR_OPERATION_FAILED, VIR_ERR_CONFIG_UNSUPPORTED: it is no such text, the commands do not go
    /// together, or they say what no document can.
    /// </exception>
    public static DomainConfig FromNative(string commands) => NativeCommands.Read(commands);

    private static string Line(IReadOnlyList<string> command) => string.Join(' ', command.Select(ShellWord.Quote));
}
