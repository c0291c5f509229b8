namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>One option of a command line.</summary>
/// <param name="name">With one dash before it.</param>
/// <param name="value">Its value; null when it has none.</param>
internal sealed class QemuOption(string name, string? value)
{
    private static readonly HashSet<string> s_bare = new(StringComparer.Ordinal)
    {
        "-S", "-s", "-h", "-help", "-version", "-nographic", "-no-acpi", "-no-hpet", "-no-reboot", "-no-shutdown", "-no-quit", "-no-frame", "-no-fd-bootchk", "-no-kvm", "-no-kvm-irqchip",
        "-no-kvm-pit", "-no-kvm-pit-reinjection", "-no-user-config", "-nouserconfig", "-nodefconfig", "-nodefaults", "-usb", "-enable-kvm", "-enable-fips", "-full-screen", "-sdl", "-curses", "-portrait",
        "-daemonize", "-snapshot", "-std-vga", "-vmwarevga", "-localtime", "-rtc-td-hack", "-win2k-hack", "-mem-prealloc", "-singlestep", "-old-param", "-semihosting", "-alt-grab", "-ctrl-grab",
        "-tdf", "-preconfig", "-only-migratable", "-one-insn-per-tb", "-xen-attach", "-xen-create", "-xen-domid-restrict", "-kvm", "-bios-serial",
    };

    /// <summary>With one dash before it.</summary>
    public string Name { get; } = name;

    /// <summary>Its value; null when it has none.</summary>
    public string? Value { get; } = value;

    /// <summary>Whether the document says all that it says; what has not been read is passed on as it is.</summary>
    public bool IsRead { get; private set; }

    /// <summary>What of it is passed on nevertheless; null for nothing.</summary>
    public string? Remainder { get; private set; }

    /// <summary>The value taken apart, whole each time.</summary>
    public OptionProperties Properties => OptionProperties.Parse(Value ?? "", Name switch
    {
        "-device" => "driver",
        "-chardev" => "backend",
        "-netdev" or "-net" or "-nic" or "-machine" or "-numa" or "-display" => "type",
        "-object" => "qom-type",
        "-audiodev" => "driver",
        "-accel" => "accel",
        "-cpu" => "model",
        "-smp" => "cpus",
        "-m" => "size",
        "-name" => "guest",
        "-mon" => "chardev",
        "-boot" => "order",
        "-vnc" => "vnc",
        "-sandbox" => "enable",
        _ => null,
    });

    /// <summary>The document says all of it.</summary>
    public void Read() => IsRead = true;

    /// <summary>The document says what has been taken of these; the rest is passed on.</summary>
    public void Read(OptionProperties properties)
    {
        IsRead = true;
        Remainder = properties.Rest is { Length: > 0 } rest ? rest : null;
    }

    /// <summary>Tells options and their values apart.</summary>
    /// <param name="arguments">Without the program.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: an option has no value that must have one.</exception>
    public static IReadOnlyList<QemuOption> Parse(IReadOnlyList<string> arguments)
    {
        var options = new List<QemuOption>(arguments.Count / 2);
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith('-') || argument.Length == 1)
            {
                // QEMU takes a word of its own for the first disk.
                options.Add(new QemuOption("-hda", argument));
                continue;
            }

            var name = argument.StartsWith("--", StringComparison.Ordinal) ? argument[1..] : argument;
            name = name is "-M" ? "-machine" : name;
            if (s_bare.Contains(name))
            {
                options.Add(new QemuOption(name, null));
            }
            else if (++i < arguments.Count)
            {
                options.Add(new QemuOption(name, arguments[i]));
            }
            else
            {
                throw ShellLine.Malformed($"missing value for {argument} argument");
            }
        }

        return options;
    }
}
