using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>
/// Turns a command line of QEMU into a domain document, as libvirt did until 5.5. A pure function: nothing is opened, run or looked up. What a document cannot say, or what is not understood whole, becomes
/// arguments and variables that are passed on as they are.
/// </summary>
internal static class CommandLineReader
{
    private const string Unnamed = "unnamed";

    /// <summary>Reads a command line.</summary>
    /// <param name="script">As a shell takes it.</param>
    /// <returns>The document without defaults.</returns>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it cannot be taken apart, or a number is none.</exception>
    public static DomainConfig Read(string script)
    {
        var line = ShellLine.Parse(script);
        var state = new ReadingState(QemuOption.Parse(line.Arguments), line.Environment);
        MachineReading.Read(state, line.Program);
        MemoryReading.Read(state);
        CpuReading.Read(state);
        BootReading.Read(state);
        ControllerReading.Read(state);
        DiskReading.Read(state);
        NetworkReading.Read(state);
        CharacterReading.Read(state);
        AudioReading.Read(state);
        DisplayReading.Read(state);
        SmallDeviceReading.Read(state);
        Ours(state);
        return Finish(state);
    }

    // How a process is run and watched is the driver's business: it says this of every domain, or in its own way.
    private static void Ours(ReadingState state)
    {
        foreach (var name in (string[])["-S", "-no-shutdown", "-no-user-config", "-nouserconfig", "-nodefconfig", "-nodefaults", "-daemonize"])
        {
            state.Switch(name);
        }

        foreach (var name in (string[])["-pidfile", "-incoming", "-monitor", "-domid"])
        {
            state.Last(name);
        }

        foreach (var option in state.Options.Where(o => !o.IsRead && o is { Name: "-sandbox", Value: not null } && o.Properties.Peek("enable") == "on" || o is { Name: "-msg", Value: "timestamp=on" }))
        {
            option.Read();
        }

        foreach (var monitor in state.Unread("-mon").Where(m => m.Properties.Peek("chardev") == "charmonitor").ToList())
        {
            monitor.Read();
            state.WithId("-chardev", "charmonitor")?.Read();
        }
    }

    private static DomainConfig Finish(ReadingState state)
    {
        var config = state.Config with { Name = state.Config.Name ?? Unnamed, Devices = state.Devices.ToConfig() with { Nvram = state.Nvram } };
        if (config.Devices.Disks.Any(d => d.Boot is not null) || config.Devices.Interfaces.Any(i => i.Boot is not null) || config.Devices.Hostdevs.Any(h => h.Boot is not null))
        {
            // QEMU goes by the devices' own numbers when there are any.
            config = config with { Os = config.Os with { Boots = [] } };
        }

        var arguments = new List<string>();
        foreach (var option in state.Options)
        {
            if (!option.IsRead)
            {
                arguments.Add(option.Name);
                arguments.AddRange(option.Value is { } value ? [value] : []);
            }
            else if (option.Remainder is { } remainder)
            {
                arguments.AddRange([option.Name, remainder]);
            }
        }

        var variables = state.Environment.Select(v => new QemuEnvironment { Name = v.Key, Value = v.Value }).ToConfigList();
        return arguments.Count == 0 && variables.IsEmpty ? config : config with { QemuCommandline = new QemuCommandline { Args = arguments.ToConfigList(), Envs = variables } };
    }
}
