using System.Globalization;
using System.Text;
using Vireo.Cli.Commands;
using Vireo.Cli.Parsing;
using Vireo.Drivers;

namespace Vireo.Cli.Shell;

/// <summary>The program's own options, as getopt takes them: before the command, short ones bundled, long ones abbreviated.</summary>
internal sealed class GlobalOptions
{
    private static readonly (string Long, char Short)[] s_long =
    [
        ("connect", 'c'), ("debug", 'd'), ("escape", 'e'), ("help", 'h'), ("keepalive-interval", 'k'), ("keepalive-count", 'K'), ("log", 'l'), ("quiet", 'q'), ("readonly", 'r'),
        ("timing", 't'), ("version", 'v'),
    ];

    private readonly List<string> _warnings = [];

    public string? Uri { get; private set; }

    public bool ReadOnly { get; private set; }

    public bool Quiet { get; private set; }

    public bool Timing { get; private set; }

    public string? LogFile { get; private set; }

    public string EscapeText { get; private set; } = "^]";

    public byte Escape { get; private set; } = 0x1D;

    /// <summary>What to print instead of running anything; null to go on.</summary>
    public string? Answer { get; private set; }

    /// <summary>The command and its arguments.</summary>
    public IReadOnlyList<string> Rest { get; private set; } = [];

    public IReadOnlyList<string> Warnings => _warnings;

    public static GlobalOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new GlobalOptions();
        var next = 0;
        while (next < arguments.Count && options.Answer is null && arguments[next] is { Length: > 1 } word && word[0] == '-')
        {
            next++;
            if (word == "--")
            {
                break;
            }
            if (word[1] == '-')
            {
                options.TakeLong(word, arguments, ref next);
            }
            else
            {
                options.TakeShort(word, arguments, ref next);
            }
        }
        options.Rest = [.. arguments.Skip(next)];
        return options;
    }

    private void TakeLong(string word, IReadOnlyList<string> arguments, ref int next)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word[2..] : word[2..equals];
        var value = equals < 0 ? null : word[(equals + 1)..];
        var matches = Array.FindAll(s_long, option => option.Long == name);
        matches = matches.Length == 1 ? matches : Array.FindAll(s_long, option => option.Long.StartsWith(name, StringComparison.Ordinal));
        if (matches.Length != 1 || name.Length == 0)
        {
            throw new UsageException($"unsupported option '{word}'. See --help.");
        }
        var (full, letter) = matches[0];
        if (letter == 'v')
        {
            Answer = Version(value == "long");
            return;
        }
        if (!TakesValue(letter))
        {
            Apply(letter, value is null ? "" : throw new UsageException($"unsupported option '{word}'. See --help."));
            return;
        }
        Apply(letter, value ?? (next < arguments.Count ? arguments[next++] : throw Missing(letter, full)));
    }

    private void TakeShort(string word, IReadOnlyList<string> arguments, ref int next)
    {
        for (var i = 1; i < word.Length && Answer is null; i++)
        {
            var letter = word[i];
            if (letter is 'v' or 'V')
            {
                Answer = Version(letter == 'V');
                return;
            }
            var full = Array.Find(s_long, option => option.Short == letter).Long ?? throw new UsageException($"unsupported option '-{letter}'. See --help.");
            if (!TakesValue(letter))
            {
                Apply(letter, "");
                continue;
            }
            Apply(letter, i + 1 < word.Length ? word[(i + 1)..] : next < arguments.Count ? arguments[next++] : throw Missing(letter, full));
            return;
        }
    }

    private static bool TakesValue(char letter) => "cdekKl".Contains(letter, StringComparison.Ordinal);

    private static UsageException Missing(char letter, string name) => new($"option '-{letter}'/'--{name}' requires an argument");

    private void Apply(char letter, string value)
    {
        switch (letter)
        {
            case 'c':
                Uri = value;
                break;
            case 'd':
                SetDebug(value);
                break;
            case 'e':
                SetEscape(value);
                break;
            case 'h':
                Answer = Help();
                break;
            case 'k' or 'K':
                SetKeepalive(letter, value);
                break;
            case 'l':
                LogFile = value;
                break;
            case 'q':
                Quiet = true;
                break;
            case 'r':
                ReadOnly = true;
                break;
            case 't':
                Timing = true;
                break;
            default:
                throw new UsageException($"unsupported option '-{letter}'. See --help.");
        }
    }

    private void SetDebug(string value)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var level))
        {
            throw new UsageException("option -d takes a numeric argument");
        }
        if (level is < 0 or > 4)
        {
            _warnings.Add($"ignoring debug level {level} out of range [0-4]");
        }
    }

    private void SetEscape(string value)
    {
        if (value.Length == 2 && value[0] == '^' && char.ToUpperInvariant(value[1]) is >= '@' and <= '_')
        {
            Escape = (byte)(char.ToUpperInvariant(value[1]) & 0x1F);
        }
        else if (value.Length == 1 && char.IsAscii(value[0]))
        {
            Escape = (byte)value[0];
        }
        else
        {
            throw new UsageException($"Invalid string '{value}' for escape sequence");
        }
        EscapeText = value;
    }

    private static void SetKeepalive(char letter, string value)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw new UsageException($"Invalid value for option -{letter}");
        }
        if (number < 0)
        {
            throw new UsageException($"option -{letter} requires a positive integer argument");
        }
    }

    private static string Version(bool full) => full
        ? $"vireo, the command line tool of Vireo {typeof(GlobalOptions).Assembly.GetName().Version?.ToString(3)}\nKeeps libvirt's interface of version {ContractVersion.Text}\n\nHypervisors: QEMU/KVM Test, others through a daemon\n"
        : ContractVersion.Text + "\n";

    private static string Help()
    {
        var text = new StringBuilder(
            """

            vireo [option]... [<commands in one string>]
            vireo [option]... <command> [argument]...

              options:
                -c | --connect=URI      the hypervisor to work with
                -d | --debug=NUM        how much to tell of the work [0-4]
                -e | --escape <char>    what ends a console
                -h | --help             this text
                -k | --keepalive-interval=NUM
                                        seconds between signs of life, 0 for none
                -K | --keepalive-count=NUM
                                        signs of life that may stay unanswered
                -l | --log=FILE         write errors to a file too
                -q | --quiet            say only what was asked for
                -r | --readonly         refuse all changes
                -t | --timing           show how long each command took
                -v                      the version
                -V                      the version and more
                     --version[=TYPE]   the version, TYPE is short or long
              commands:


            """);
        foreach (var group in CommandTable.Groups)
        {
            HelpText.AppendGroup(text, group, "").Append('\n');
        }
        return text.Append("\n  (vireo help <group> explains a group)\n\n  (vireo help <command> explains a command)\n\n").ToString();
    }
}
