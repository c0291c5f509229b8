using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Serial ports, consoles and channels.</summary>
internal static class CharacterDeviceDefaults
{
    /// <summary>Fills in targets, and makes the first console and the first serial port one.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a console other than the first is a serial port.</exception>
    public static void Apply(DeviceDraft draft, MachineKind machine)
    {
        RequireUnique(draft.Serials);
        Consoles(draft);
        PortNumbers.Assign(draft.Serials);
        DeviceDraft.Each(draft.Serials, serial => serial with { Target = Serial(serial.Target, machine) });
        Parallels(draft);
        ShareFirst(draft, machine);
        DeviceDraft.Each(draft.Channels, WithoutRun);
    }

    /// <summary>Drops what belonged to a run: whether the guest listened, and the socket that was made for it.</summary>
    public static CharDevice WithoutRun(CharDevice channel) => channel.Target is not { Type: CharTargetType.Virtio } target
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

            draft.Consoles[i] = console with { Target = target with { Type = type, Port = i, Name = null, State = null } };
        }
    }

    // Those that are named none are numbered after the last before them.
    private static void Parallels(DeviceDraft draft)
    {
        var last = -1;
        DeviceDraft.Each(draft.Parallels, parallel =>
        {
            var port = parallel.Target?.Port is { } given and >= 0 ? given : last + 1;
            last = Math.Max(last, port);
            return parallel with { Target = (parallel.Target ?? new CharTarget()) with { Port = port } };
        });
    }

    // To other machines than PCs the serial port of ISA is what documents of old call any.
    private static CharTarget Serial(CharTarget? target, MachineKind machine)
    {
        target ??= new CharTarget();
        var type = target.Type is null or CharTargetType.None || (target.Type == CharTargetType.IsaSerial && !machine.IsPc) ? machine.Serial : target.Type;
        var model = target.Model ?? type switch
        {
            CharTargetType.IsaSerial => CharTargetModel.IsaSerial,
            CharTargetType.PciSerial => CharTargetModel.PciSerial,
            CharTargetType.UsbSerial => CharTargetModel.UsbSerial,
            CharTargetType.SpaprVioSerial => CharTargetModel.SpaprVty,
            CharTargetType.SclpSerial => CharTargetModel.Sclpconsole,
            CharTargetType.SystemSerial => machine.BoardSerial,
            _ => (CharTargetModel?)null,
        };
        return target with { Type = type, Model = model };
    }

    /// <summary>Refuses two serial ports of one kind and number.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR.</exception>
    public static void RequireUnique(List<CharDevice> serials)
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

    private static void ShareFirst(DeviceDraft draft, MachineKind machine)
    {
        if (draft.Consoles.Count > 0 && draft.Consoles[0].Target!.Type == CharTargetType.Serial)
        {
            if (draft.Serials.Count == 0)
            {
                var console = draft.Consoles[0];
                draft.Serials.Add(console with { Tty = null, Target = Serial(new CharTarget { Port = 0 }, machine) });
            }

            draft.Consoles[0] = AsConsole(draft.Serials[0]);
        }
        else if (draft.Serials.Count > 0 && draft.Serials[0].Target!.Type is not (CharTargetType.PciSerial or CharTargetType.UsbSerial or CharTargetType.IsaDebug))
        {
            draft.Consoles.Insert(0, AsConsole(draft.Serials[0]));
        }
    }

    /// <summary>A console that is a serial port is where that is.</summary>
    public static void ShareAddress(DeviceDraft draft)
    {
        if (draft.Consoles.Count > 0 && draft.Serials.Count > 0 && draft.Consoles[0].Target!.Type == CharTargetType.Serial)
        {
            draft.Consoles[0] = draft.Consoles[0] with { Address = draft.Serials[0].Address };
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
