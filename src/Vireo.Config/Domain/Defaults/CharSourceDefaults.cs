namespace Vireo.Config.Defaults;

/// <summary>The host's end of everything that is read and written like a character device.</summary>
internal static class CharSourceDefaults
{
    /// <summary>Fills in what the ends leave open, and drops what belongs to a run or says nothing.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR, VIR_ERR_INVALID_ARG, VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Apply(DeviceDraft draft)
    {
        var spice = draft.Graphics.Exists(g => g.Type == GraphicsType.Spice);
        (ConfigList<CharSource> Sources, string? Protocol) End(CharType? type, ConfigList<CharSource> sources, string? protocol, bool pathless = false)
        {
            Check(type, sources, spice, pathless);
            return (Sources(type, sources), type == CharType.Tcp ? protocol ?? "raw" : null);
        }

        CharDevice Device(CharDevice device)
        {
            var (sources, protocol) = End(device.Type ?? CharType.Pty, device.Sources, device.Protocol, device.Target?.Type == CharTargetType.Virtio);
            return device with { Sources = sources, Protocol = protocol };
        }

        DeviceDraft.Each(draft.Serials, Device);
        DeviceDraft.Each(draft.Parallels, Device);
        DeviceDraft.Each(draft.Consoles, Device);
        DeviceDraft.Each(draft.Channels, Device);
        DeviceDraft.Each(draft.Redirdevs, device =>
        {
            var (sources, protocol) = End(device.Type, device.Sources, device.Protocol);
            return device with { Sources = sources, Protocol = protocol };
        });
        DeviceDraft.Each(draft.Smartcards, device =>
        {
            if (device.Type is null)
            {
                return device;
            }

            var (sources, protocol) = End(device.Type, device.Sources, device.Protocol);
            return device with { Sources = sources, Protocol = protocol };
        });
        DeviceDraft.Each(draft.Rngs, device =>
        {
            if (device.Backend is not { Model: RngBackendModel.Egd } backend)
            {
                return device;
            }

            var (sources, protocol) = End(backend.Type, backend.Sources, backend.Protocol);
            return device with { Backend = backend with { Sources = sources, Protocol = protocol } };
        });
    }

    private static void Check(CharType? type, ConfigList<CharSource> sources, bool spice, bool pathless)
    {
        if (type is CharType.Spicevmc or CharType.Spiceport && !spice)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"chardev '{type.Value.ToXmlName()}' not supported without spice graphics");
        }

        var pathNeeded = type is CharType.Dev or CharType.File or CharType.Pipe || (type == CharType.Unix && !pathless);
        if (pathNeeded && (sources.IsEmpty || sources[0].Path is not { Length: > 0 }))
        {
            throw VireoException.Internal(ErrorDomain.Domain, "Missing source path attribute for char device");
        }

        foreach (var source in sources.Where(s => s.Reconnect is { Enabled: true }))
        {
            var refusal = source switch
            {
                { Mode: CharSourceMode.Bind } => VireoException.Internal(ErrorDomain.Domain, "chardev reconnect is possible only for connect mode"),
                { Reconnect.Timeout: null } => new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "Missing required attribute 'timeout' in element 'reconnect'"),
                { Reconnect.Timeout: 0 } => VireoException.InvalidArgument(ErrorDomain.Domain, "chardev reconnect source timeout cannot be '0'"),
                _ => null,
            };
            if (refusal is not null)
            {
                throw refusal;
            }
        }
    }

    private static ConfigList<CharSource> Sources(CharType? type, ConfigList<CharSource> sources) => type switch
    {
        CharType.Tcp or CharType.Udp => sources.Map(Connecting),
        CharType.Unix => sources is [{ Path: { Length: > 0 } }, ..] ? sources.Map(Connecting) : [],
        CharType.Pty or CharType.Null or CharType.Stdio or CharType.Vc => [],
        _ => sources,
    };

    private static CharSource Connecting(CharSource source) => source with
    {
        Mode = source.Mode ?? CharSourceMode.Connect,
        Reconnect = source.Reconnect is { Enabled: false } reconnect ? reconnect with { Timeout = null } : source.Reconnect,
    };
}
