using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Writes the remote display and the graphics card of a VMX file.</summary>
internal static class DisplayFormatter
{
    /// <summary>Writes the VNC server.</summary>
    public static void FormatVnc(VmxText text, ConfigList<GraphicsConfig> displays)
    {
        const string Key = "RemoteDisplay.vnc";
        foreach (var display in displays)
        {
            if (display.Type != GraphicsType.Vnc)
                throw VmxErrors.Unsupported($"Unsupported graphics type '{display.Type?.ToXmlName()}'");
            text.Add(Key + ".enabled", true);
            // Without one VMware chooses.
            if (display.Autoport == false || (display.Autoport != true && display.Port is > -1))
                text.Add(Key + ".port", (ulong)Math.Max(display.Port ?? 0, 0));
            if ((display.Listens.Find(listen => listen.Type == GraphicsListenType.Address)?.Address ?? display.ListenAddress) is { } address)
                text.Add(Key + ".ip", address);
            if (display.Keymap is { } keymap)
                text.Add(Key + ".keymap", keymap);
            if (display.Passwd is { } password)
                text.Add(Key + ".password", password);
        }
    }

    /// <summary>Writes the graphics card.</summary>
    public static void FormatVideo(VmxText text, ConfigList<VideoConfig> videos)
    {
        if (videos.Count > 1)
            throw VmxErrors.Internal("No support for multiple video devices");
        foreach (var model in videos.Select(video => video.Model ?? new()))
        {
            if (model.Type is { } type and not (VideoType.Vmvga or VideoType.Default))
                throw VmxErrors.Unsupported($"Unsupported video device type '{type.ToXmlName()}'");
            if (model.Heads > 1)
                throw VmxErrors.Unsupported("Multi-head video devices are unsupported");
            // VMware wants a multiple of 64 KiB.
            text.Add("svga.vramSize", Math.Max(VmxDefaults.VideoMemory(model.Vram ?? 0), 64) * 1024UL);
        }
    }
}
