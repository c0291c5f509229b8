using System.Globalization;

namespace Vireo.Cli.Parsing;

/// <summary>A command ready to run, with typed access to its options.</summary>
internal sealed class ParsedCommand(CommandDefinition definition, IReadOnlyList<(OptionDefinition Option, string? Value)> values)
{
    public CommandDefinition Definition { get; } = definition;

    public string Name => Definition.Name;

    public bool Has(string option)
    {
        foreach (var (candidate, _) in values)
        {
            if (candidate.Name == option)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The flags of those options that were given.</summary>
    public uint Flags(params ReadOnlySpan<(string Option, uint Flag)> flags)
    {
        uint result = 0;
        foreach (var (option, flag) in flags)
        {
            result |= Has(option) ? flag : 0;
        }
        return result;
    }

    /// <summary>The value of an option that may be missing.</summary>
    public string? Text(string option)
    {
        foreach (var (candidate, value) in values)
        {
            if (candidate.Name == option)
            {
                return value is "" && !candidate.EmptyAllowed ? throw new CommandException($"Failed to get option '{option}': Option argument is empty") : value;
            }
        }
        return null;
    }

    /// <summary>The value of an option the table requires.</summary>
    public string Required(string option) => Text(option) ?? throw new CommandException($"command '{Name}' requires <{option}> option");

    public IEnumerable<string> All(string option) => values.Where(value => value.Option.Name == option).Select(value => value.Value ?? "");

    public int? Integer(string option) => Number<int>(option, text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null);

    public uint? Unsigned(string option) => Number<uint>(option, text => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null);

    public long? Long(string option) => Number<long>(option, text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null);

    public ulong? UnsignedLong(string option) => Number<ulong>(option, text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null);

    /// <summary>A size with an optional unit, in bytes; a bare number counts in <paramref name="scale"/>.</summary>
    public ulong? Scaled(string option, ulong scale)
    {
        if (values.FirstOrDefault(value => value.Option.Name == option) is not { Option: not null, Value: { } text })
        {
            return null;
        }
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (!ulong.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw Malformed(option, text, "Scaled numeric");
        }
        var suffix = text[digits..];
        if ((suffix.Length == 0 ? scale : Unit(suffix)) is not { } unit)
        {
            throw new CommandException(Malformed(option, text, "Scaled numeric").Message, VireoException.InvalidArgument(ErrorDomain.None, $"unknown suffix '{suffix}'"));
        }
        return unit == 0 || number <= ulong.MaxValue / unit ? number * unit : throw Malformed(option, text, "Scaled numeric");
    }

    /// <summary>A limit for <c>--timeout</c>; seconds.</summary>
    public TimeSpan? Timeout()
    {
        if (Integer("timeout") is not { } seconds)
        {
            return null;
        }
        return seconds is > 0 and <= int.MaxValue / 1000 ? TimeSpan.FromSeconds(seconds) : throw Malformed("timeout", Text("timeout")!, "Numeric");
    }

    /// <summary>A speed: a bare number counts in MiB/s, or with <c>--bytes</c> in bytes/s; one with a unit counts in that. In the unit that the flags name.</summary>
    public ulong? Bandwidth()
    {
        if (Text("bandwidth") is not { } text)
        {
            return null;
        }
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            // A negative one means the largest, as virsh has it.
            return (ulong)number;
        }
        try
        {
            return Has("bytes") ? Scaled("bandwidth", 1) : Scaled("bandwidth", 1 << 20) >> 20;
        }
        catch (CommandException malformed)
        {
            throw new CommandException(Malformed("--bandwidth", text, "Scaled numeric").Message, malformed.InnerException);
        }
    }

    private static ulong? Unit(string suffix)
    {
        if (suffix is "b" or "B" or "byte" or "bytes")
        {
            return 1;
        }
        var power = "KMGTPE".IndexOf(char.ToUpperInvariant(suffix[0]), StringComparison.Ordinal) + 1;
        return power == 0 ? null : suffix[1..].ToUpperInvariant() switch
        {
            "" or "IB" => 1UL << (10 * power),
            "B" => (ulong)Math.Pow(1000, power),
            _ => null,
        };
    }

    private T? Number<T>(string option, Func<string, T?> parse)
        where T : struct
    {
        if (values.FirstOrDefault(value => value.Option.Name == option) is not { Option: not null, Value: { } text })
        {
            return null;
        }
        return parse(text) ?? throw Malformed(option, text, "Numeric");
    }

    private static CommandException Malformed(string option, string text, string kind) =>
        new($"{kind} value '{text}' for <{option}> option is malformed or out of range");

    /// <summary>Refuses two options that contradict each other.</summary>
    public void Exclusive(string first, string second)
    {
        if (Has(first) && Has(second))
        {
            throw new CommandException($"Options --{first} and --{second} are mutually exclusive");
        }
    }

    /// <summary>What <c>--live</c>, <c>--config</c> and <c>--current</c> mean together.</summary>
    public DomainModificationImpact Impact()
    {
        Exclusive("current", "live");
        Exclusive("current", "config");
        return (DomainModificationImpact)Flags(("live", (uint)DomainModificationImpact.Live), ("config", (uint)DomainModificationImpact.Config));
    }

    /// <summary>Refuses an option that means nothing without another one.</summary>
    public void Requires(string option, string needed)
    {
        if (Has(option) && !Has(needed))
        {
            throw new CommandException($"Option --{needed} is required by option --{option}");
        }
    }
}
