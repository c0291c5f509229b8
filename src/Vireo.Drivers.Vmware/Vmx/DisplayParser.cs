using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The remote display and the graphics card of a VMX file.</summary>
internal static class DisplayParser
{
    /// <summary>The VNC server, when it is on.</summary>
    public static ConfigList<GraphicsConfig> Vnc(VmxFile file)
    {
        const string Key = "RemoteDisplay.vnc";
        if (!file.Flag(Key + ".enabled"))
            return default;
        // VMware chooses a port that cannot be read back when the file tells none.
        var port = file.Integer(Key + ".port") ?? -1;
        if (port is < -1 or > int.MaxValue)
            throw VmxFile.NotInteger(Key + ".port");
        var address = file.Text(Key + ".ip");
        return
        [
            new GraphicsConfig
            {
                Type = GraphicsType.Vnc,
                Port = port == 0 ? null : (int)port,
                Autoport = port == -1,
                ListenAddress = address,
                Keymap = file.Text(Key + ".keymap"),
                Passwd = file.Text(Key + ".password"),
                Listens = [new GraphicsListen { Type = GraphicsListenType.Address, Address = address }],
            },
        ];
    }

    /// <summary>The graphics card: every guest has one.</summary>
    public static VideoConfig Video(VmxFile file)
    {
        var bytes = Math.Max(file.Integer("svga.vramSize") ?? 0, 0);
        if (bytes > uint.MaxValue * 1024L)
            throw VmxFile.NotInteger("svga.vramSize");
        var memory = VmxDefaults.VideoMemory((uint)((bytes + 1023) / 1024));
        return new VideoConfig { Model = new VideoModel { Type = VideoType.Vmvga, Vram = memory, Primary = true } };
    }
}
