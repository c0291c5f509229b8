using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>How fast one disk or one network card may be.</summary>
internal static class DeviceTuningCommands
{
    private const string GroupName = "group_name";

    // In the order of virsh's table.
    private static readonly string[] s_diskLimits =
    [
        "total_bytes_sec", "read_bytes_sec", "write_bytes_sec", "total_bytes_sec_max", "read_bytes_sec_max", "write_bytes_sec_max", "total_bytes_sec_max_length", "read_bytes_sec_max_length",
        "write_bytes_sec_max_length", "total_iops_sec", "read_iops_sec", "write_iops_sec", "total_iops_sec_max", "read_iops_sec_max", "write_iops_sec_max", "total_iops_sec_max_length",
        "read_iops_sec_max_length", "write_iops_sec_max_length", "size_iops_sec",
    ];

    public static async ValueTask DiskAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = (uint)command.Impact();
        var domain = await context.DomainAsync();
        var device = command.Required("device");
        List<TypedParam> wanted = [.. DiskLimits(command)];
        if (command.Text("group-name") is { } group)
        {
            wanted.Add(TypedParam.Of(GroupName, group));
        }
        var driver = domain.Connection.Driver.Hypervisor;
        await ParameterExchange.RunAsync(
            context,
            [.. wanted],
            ("Unable to get number of block I/O throttle parameters", "Unable to get block I/O throttle parameters", "Unable to change block I/O throttle"),
            async (count, token) =>
                await driver.DomainGetBlockIoTuneAsync(domain.Reference, count == 0 ? null : device, count, flags | ParameterExchange.WithTexts, token) is var told ? (told.Params, told.Nparams) : default,
            (parameters, token) => driver.DomainSetBlockIoTuneAsync(domain.Reference, device, parameters, flags, token),
            ParameterText.Value);
    }

    public static async ValueTask InterfaceAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = (uint)command.Impact();
        var domain = await context.DomainAsync();
        var device = command.Required("interface");
        TypedParam[] wanted = [.. Rate(command, "inbound"), .. Rate(command, "outbound")];
        var driver = domain.Connection.Driver.Hypervisor;
        await ParameterExchange.RunAsync(
            context,
            wanted,
            ("Unable to get number of interface parameters", "Unable to get interface parameters", "Unable to set interface parameters"),
            async (count, token) => await driver.DomainGetInterfaceParametersAsync(domain.Reference, device, count, flags | ParameterExchange.WithTexts, token) is var told ? (told.Params, told.Nparams) : default,
            (parameters, token) => driver.DomainSetInterfaceParametersAsync(domain.Reference, device, parameters, flags, token),
            ParameterText.Value);
    }

    /// <summary>The limits of what is read and written that a command names.</summary>
    public static IEnumerable<TypedParam> DiskLimits(ParsedCommand command)
    {
        foreach (var limit in s_diskLimits)
        {
            if (DiskLimit(command, limit.Replace('_', '-')) is { } value)
            {
                yield return TypedParam.Of(limit, value);
            }
        }
    }

    private static ulong? DiskLimit(ParsedCommand command, string option)
    {
        try
        {
            return option.Contains("-bytes-", StringComparison.Ordinal) && !option.EndsWith("-length", StringComparison.Ordinal) ? command.Scaled(option, 1) : command.UnsignedLong(option);
        }
        catch (CommandException malformed)
        {
            throw new CommandException(malformed.Message, new CommandException("Unable to parse integer parameter"));
        }
    }

    /// <summary>The values of <c>average,peak,burst,floor</c>, of which all but the first may be missing.</summary>
    private static IEnumerable<TypedParam> Rate(ParsedCommand command, string direction)
    {
        if (command.Text(direction) is not { } text)
        {
            yield break;
        }
        var rates = TrafficRates.Parse(text);
        if (rates[3] != 0 && direction == "outbound")
        {
            throw new CommandException("outbound floor is unsupported yet");
        }
        if (rates[..3].Any(static rate => rate > uint.MaxValue))
        {
            throw new CommandException($"{direction} rate larger than maximum {uint.MaxValue}");
        }
        if (rates[0] == 0 && (rates[1] != 0 || rates[2] != 0) && rates[3] == 0)
        {
            throw new CommandException(direction == "inbound" ? "either inbound average or floor is mandatory" : "outbound average is mandatory");
        }
        for (var i = 0; i < rates.Length; i++)
        {
            if (i == 0 || rates[i] != 0)
            {
                yield return TypedParam.Of($"{direction}.{TrafficRates.Names[i]}", (uint)rates[i]);
            }
        }
    }
}
