using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>QEMU's arguments for a domain. A pure function: nothing is opened, nothing changed.</summary>
internal static class QemuCommandLine
{
    /// <summary>The arguments, without the program.</summary>
    /// <param name="live">The live document: complete, with aliases, ports and paths.</param>
    /// <param name="context">What this run has besides.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the document asks for what cannot be had; the message names the element.</exception>
    public static IReadOnlyList<string> Build(DomainConfig live, CommandLineContext context)
    {
        UnsupportedElements.Refuse(live);
        var arguments = new ArgumentList();
        var boot = new BootOrder(live);
        MachineArguments.Add(arguments, live);
        arguments.Add("-no-user-config");
        arguments.Add("-nodefaults");
        arguments.Add("-chardev", new OptionList("socket").With("id", "charmonitor").With("fd", Text(context.MonitorFd)).With("server", true).With("wait", false).ToString());
        arguments.Add("-mon", "chardev=charmonitor,id=monitor,mode=control");
        BootArguments.Add(arguments, live);
        ControllerArguments.Add(arguments, live);
        DiskArguments.Add(arguments, live, context, boot);
        NetworkArguments.Add(arguments, live, context, boot);
        CharacterDeviceArguments.Add(arguments, live);
        TpmArguments.Add(arguments, live, context);
        DisplayArguments.Add(arguments, live);
        SmallDeviceArguments.Add(arguments, live);
        arguments.Add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        if (context.Incoming)
        {
            arguments.Add("-incoming", "defer");
        }

        arguments.Add("-msg", "timestamp=on");
        foreach (var extra in live.QemuCommandline?.Args ?? [])
        {
            arguments.Add(extra);
        }

        return arguments.Arguments;
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
