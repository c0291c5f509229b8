using System.Globalization;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary><c>schedinfo</c>: how a domain shares the host's CPUs.</summary>
internal static class SchedulerCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        var impact = command.Impact();
        var token = context.CancellationToken;
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        var scheduler = await driver.DomainGetSchedulerTypeAsync(domain.Reference, token);
        context.Print(ParameterText.Line("Scheduler", scheduler.Type));
        if (scheduler.Nparams == 0)
        {
            return;
        }

        // Both cannot be read at once; when both are set they are the same afterwards.
        var both = impact == (DomainModificationImpact.Live | DomainModificationImpact.Config);
        var reading = (both ? 0 : (uint)impact) | ParameterExchange.WithTexts;
        var told = await driver.DomainGetSchedulerParametersFlagsAsync(domain.Reference, scheduler.Nparams, reading, token);
        TypedParam[] wanted = [.. Wanted(command, told)];
        if (wanted.Length > 0)
        {
            await (impact != 0 || command.Has("current")
                ? driver.DomainSetSchedulerParametersFlagsAsync(domain.Reference, wanted, (uint)impact, token)
                : driver.DomainSetSchedulerParametersAsync(domain.Reference, wanted, token));
            told = await driver.DomainGetSchedulerParametersFlagsAsync(domain.Reference, scheduler.Nparams, reading, token);
        }
        else if (both)
        {
            throw new CommandException("cannot query both live and config at once");
        }
        context.Print(ParameterText.Lines(told));
    }

    private static IEnumerable<TypedParam> Wanted(ParsedCommand command, TypedParam[] known)
    {
        foreach (var option in command.All("set"))
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0
                ? throw new CommandException("Invalid syntax for --set, expecting name=value")
                : Parse(known, option[..equals], option[(equals + 1)..]);
        }
        foreach (var option in new[] { "cap", "weight" })
        {
            if (command.Integer(option) is { } value)
            {
                yield return Parse(known, option, value.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    private static TypedParam Parse(TypedParam[] known, string name, string text)
    {
        var index = Array.FindIndex(known, parameter => parameter.Field == name);
        if (index < 0)
        {
            throw new CommandException($"invalid scheduler option: {name}");
        }
        var type = known[index].Type;
        var isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        var isUnsigned = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var unsigned);
        return type switch
        {
            TypedParameterType.Int when isNumber && (int)number == number => TypedParam.Of(name, (int)number),
            TypedParameterType.Uint when isUnsigned && unsigned <= uint.MaxValue => TypedParam.Of(name, (uint)unsigned),
            TypedParameterType.Llong when isNumber => TypedParam.Of(name, number),

            // A negative number wraps, as in libvirt.
            TypedParameterType.Ullong when isUnsigned || isNumber => TypedParam.Of(name, isUnsigned ? unsigned : (ulong)number),
            TypedParameterType.Double when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => TypedParam.Of(name, real),
            TypedParameterType.Boolean when text is "0" or "1" => TypedParam.Of(name, text == "1"),
            TypedParameterType.String => TypedParam.Of(name, text),
            _ => throw VireoException.InvalidArgument(ErrorDomain.None, $"Invalid value for field '{name}': expected {Expected(type)}"),
        };
    }

    private static string Expected(TypedParameterType type) => type switch
    {
        TypedParameterType.Int => "int",
        TypedParameterType.Uint => "unsigned int",
        TypedParameterType.Llong => "long long",
        TypedParameterType.Ullong => "unsigned long long",
        TypedParameterType.Double => "double",
        _ => "boolean",
    };
}
