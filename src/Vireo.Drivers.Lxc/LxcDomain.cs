using Vireo.Config;
using Vireo.Drivers.Lxc.Defaults;
using Vireo.Drivers.Lxc.Native;

namespace Vireo.Drivers.Lxc;

/// <summary>
/// Containers by the rules of libvirt's LXC driver: what it completes a definition with, and what <c>domxml-from-native</c> does with the format
/// <c>lxc-tools</c>, the configuration files of LXC's own tools.
/// </summary>
public static class LxcDomain
{
    /// <summary>Completes a definition: the program, consoles, hardware addresses.</summary>
    /// <param name="domain">The definition.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_XML_ERROR, VIR_ERR_INVALID_ARG, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR or another with libvirt's messages: it cannot be a
    /// container.
    /// </exception>
    public static DomainConfig Complete(DomainConfig domain, LxcHost host) => LxcDefaults.Apply(domain, host);

    /// <summary>
    /// The container that a configuration of LXC's tools describes, as those of version 2 or 3 write them. Answers to <c>virConnectDomainXMLFromNative</c>.
    /// </summary>
    /// <param name="config">The file's text.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_CONF_SYNTAX: it is no such file, or one of more than a MiB. VIR_ERR_INTERNAL_ERROR, VIR_ERR_INVALID_ARG, VIR_ERR_XML_ERROR,
    /// VIR_ERR_CONFIG_UNSUPPORTED: an entry is missing, or has a value that is not known. VIR_ERR_ARGUMENT_UNSUPPORTED: it names a table of mounts.
    /// </exception>
    public static DomainConfig FromNative(string config, LxcHost host) => NativeContainer.Read(config, host);
}
