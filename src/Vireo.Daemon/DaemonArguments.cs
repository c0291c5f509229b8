namespace Vireo.Daemon;

/// <summary>The command line.</summary>
internal sealed record DaemonArguments
{
    public const string Usage = """
        Usage: vireod [OPTION]...
        Serves libvirt's protocol for the virtual machines of this host.

          --root DIR       keep everything below DIR (etc, run, lib, cache, log); sockets are DIR/run/libvirt/libvirt-sock[-ro]
          --config FILE    read settings from FILE instead of vireod.conf
          --as-libvirtd    also listen where libvirt's clients look by default
          --verbose        tell more in the log
          --version        tell the version and exit
          --help           tell this and exit

        The log goes to stderr. SIGTERM ends the daemon and leaves the guests running.
        """;

    public string? Root { get; init; }

    public string? ConfigFile { get; init; }

    public bool AsLibvirtd { get; init; }

    public bool Verbose { get; init; }

    public bool Help { get; init; }

    public bool Version { get; init; }

    public static DaemonArguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new DaemonArguments();
        for (int i = 0; i < args.Count; i++)
        {
            string[] halves = args[i].Split('=', 2);
            string Value() => halves.Length == 2 ? halves[1] : ++i < args.Count ? args[i] : throw new DaemonException($"{halves[0]} needs a value; see vireod --help");
            parsed = halves[0] switch
            {
                "--root" => parsed with { Root = Value() },
                "--config" or "-f" => parsed with { ConfigFile = Value() },
                "--as-libvirtd" when halves.Length == 1 => parsed with { AsLibvirtd = true },
                "--verbose" or "-v" when halves.Length == 1 => parsed with { Verbose = true },
                "--help" or "-h" when halves.Length == 1 => parsed with { Help = true },
                "--version" or "-V" when halves.Length == 1 => parsed with { Version = true },
                _ => throw new DaemonException($"unknown option {args[i]}; see vireod --help"),
            };
        }

        return parsed;
    }
}
