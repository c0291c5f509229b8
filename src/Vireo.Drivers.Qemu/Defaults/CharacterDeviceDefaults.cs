using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Serial ports, consoles and channels.</summary>
internal static class CharacterDeviceDefaults
{
    /// <summary>Fills in targets, and makes the first console and the first serial port one.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a console other than the first is a serial port.</exception>
    public static void Apply(DeviceDraft draft)
    {
        Consoles(draft);
        var port = 0;
        DeviceDraft.Each(draft.Serials, serial => serial with { Target = Serial(serial.Target, ref port) });
        port = 0;
        DeviceDraft.Each(draft.Parallels, parallel => parallel with { Target = (parallel.Target ?? new CharTarget()) with { Port = Port(parallel.Target, ref port) } });
        ShareFirst(draft);
        DeviceDraft.Each(draft.Channels, WithoutRun);
    }

    // A live document that is defined again brings along what belonged to its run: whether the guest listened, and the socket that was made for it.
    private static CharDevice WithoutRun(CharDevice channel) => channel.Target is not { Type: CharTargetType.Virtio } target
        ? channel
        : channel with
        {
            Target = target with { State = null },
            Sources = channel is { Type: CharType.Unix, Source.Path: { } path } && IsGenerated(path) ? [] : channel.Sources,
        };

    private static bool IsGenerated(string path) =>
        path.Split('/') is [.., "qemu", "channel", "target", var run, _] && run.StartsWith("domain-", StringComparison.Ordinal);

    /// <summary>Gives channels their ports of the virtio-serial controllers.</summary>
    public static void AssignPorts(DeviceDraft draft) => DeviceDraft.Each(draft.Channels, channel =>
    {
        if (channel.Target?.Type != CharTargetType.Virtio)
        {
            return channel;
        }

        var address = channel.Address as VirtioSerialAddress;
        if (address?.Port is > 0)
        {
            return channel;
        }

        var controller = address?.Controller ?? 0;

        // Port 0 is for consoles alone.
        uint port = 1;
        while (draft.Channels.Any(c => c.Address is VirtioSerialAddress other && (other.Controller ?? 0) == controller && other.Port == port))
        {
            port++;
        }

        return channel with { Address = new VirtioSerialAddress { Controller = controller, Bus = address?.Bus ?? 0, Port = port } };
    });

    private static void Consoles(DeviceDraft draft)
    {
        for (var i = 0; i < draft.Consoles.Count; i++)
        {
            var console = draft.Consoles[i];
            var target = console.Target ?? new CharTarget();
            var type = target.Type ?? CharTargetType.Serial;
            if (type == CharTargetType.Serial && i > 0)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "Only the first console can be a serial port");
            }

            draft.Consoles[i] = console with { Target = target with { Type = type, Port = target.Port ?? i } };
        }
    }

    private static CharTarget Serial(CharTarget? target, ref int next)
    {
        target ??= new CharTarget();
        var type = target.Type ?? CharTargetType.IsaSerial;
        var model = target.Model ?? type switch
        {
            CharTargetType.IsaSerial => CharTargetModel.IsaSerial,
            CharTargetType.PciSerial => CharTargetModel.PciSerial,
            CharTargetType.UsbSerial => CharTargetModel.UsbSerial,
            _ => (CharTargetModel?)null,
        };
        return target with { Type = type, Model = model, Port = Port(target, ref next) };
    }

    private static int Port(CharTarget? target, ref int next)
    {
        var port = target?.Port is { } given and >= 0 ? given : next;
        next = Math.Max(next, port + 1);
        return port;
    }

    private static void ShareFirst(DeviceDraft draft)
    {
        if (draft.Consoles.Count > 0 && draft.Consoles[0].Target!.Type == CharTargetType.Serial)
        {
            if (draft.Serials.Count == 0)
            {
                var console = draft.Consoles[0];
                draft.Serials.Add(console with { Tty = null, Target = new CharTarget { Type = CharTargetType.IsaSerial, Port = 0, Model = CharTargetModel.IsaSerial } });
            }

            draft.Consoles[0] = AsConsole(draft.Serials[0]);
        }
        else if (draft.Serials.Count > 0 && draft.Serials[0].Target!.Type == CharTargetType.IsaSerial)
        {
            draft.Consoles.Insert(0, AsConsole(draft.Serials[0]));
        }
    }

    private static CharDevice AsConsole(CharDevice serial) =>
        serial with
        {
            Boot = null,
            Address = null,
            Tty = serial.Type == CharType.Pty ? serial.Source?.Path : null,
            Target = new CharTarget { Type = CharTargetType.Serial, Port = serial.Target!.Port },
        };
}
