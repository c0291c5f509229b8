using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Serial ports, consoles and channels.</summary>
internal static class CharacterDeviceDefaults
{
    /// <summary>Fills in targets, and makes the first console and the first serial port one.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a console other than the first is a serial port.</exception>
    public static void Apply(DeviceDraft draft)
    {
        RequireUnique(draft.Serials);
        Consoles(draft);
        PortNumbers.Assign(draft.Serials);
        DeviceDraft.Each(draft.Serials, serial => serial with { Target = Serial(serial.Target) });
        PortNumbers.Assign(draft.Parallels);
        ShareFirst(draft);
        DeviceDraft.Each(draft.Channels, WithoutRun);
    }

    // A live document that is defined again brings along what belonged to its run: whether the guest listened, and the socket that was made for it.
    private static CharDevice WithoutRun(CharDevice channel) => channel.Target is not { Type: CharTargetType.Virtio } target
        ? channel
        : channel with
        {
            Target = target with { State = null },
            Sources = channel is { Type: CharType.Unix, Source.Path: { } path } && IsGenerated(path, target.Name) ? [] : channel.Sources,
        };

    // Old versions of libvirt put the domain's name and a dot before the channel's.
    private static bool IsGenerated(string path, string? name) => path.Split('/') switch
    {
        [.., "qemu", "channel", "target", var run, _] => run.StartsWith("domain-", StringComparison.Ordinal),
        [.., "qemu", "channel", "target", var file] => name is not null && file.EndsWith("." + name, StringComparison.Ordinal),
        _ => false,
    };

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

            draft.Consoles[i] = console with { Target = target with { Type = type, Port = i } };
        }
    }

    private static CharTarget Serial(CharTarget? target)
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
        return target with { Type = type, Model = model };
    }

    private static void RequireUnique(List<CharDevice> serials)
    {
        var seen = new HashSet<(CharTargetType, int)>();
        foreach (var target in serials.Select(s => s.Target))
        {
            if (target is { Type: { } type, Port: { } port and >= 0 } && !seen.Add((type, port)))
            {
                throw VireoException.Internal(ErrorDomain.Domain, $"target port '{port}' already allocated");
            }
        }
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
            Tty = serial.Type == CharType.Pty ? serial.Source?.Path : null,
            Target = new CharTarget { Type = CharTargetType.Serial, Port = serial.Target!.Port },
        };
}
