using System.Globalization;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Limits and weights of a whole domain: without a value they are shown, with one they are set.</summary>
internal static class TuningCommands
{
    private const ulong Unlimited = 9007199254740991;
    private const string NumaMode = "numa_mode";

    private static readonly string[] s_numaModes = ["strict", "preferred", "interleave", "restrictive"];

    private static readonly (string Option, string Parameter)[] s_memory =
        [("hard-limit", "hard_limit"), ("soft-limit", "soft_limit"), ("swap-hard-limit", "swap_hard_limit"), ("min-guarantee", "min_guarantee")];

    private static readonly (string Option, string Parameter)[] s_blockDevices =
    [
        ("device-weights", "device_weight"), ("device-read-iops-sec", "device_read_iops_sec"), ("device-write-iops-sec", "device_write_iops_sec"),
        ("device-read-bytes-sec", "device_read_bytes_sec"), ("device-write-bytes-sec", "device_write_bytes_sec"),
    ];

    public static async ValueTask MemoryAsync(CommandContext context)
    {
        var flags = (uint)context.Command.Impact();
        var domain = await context.DomainAsync();
        var wanted = from limit in s_memory
                     let size = Limit(context.Command, limit.Option)
                     where size is not null
                     select TypedParam.Of(limit.Parameter, size.Value);
        var driver = domain.Connection.Driver.Hypervisor;
        await ParameterExchange.RunAsync(
            context,
            [.. wanted],
            ("Unable to get number of memory parameters", "Unable to get memory parameters", "Unable to change memory parameters"),
            async (count, token) => await driver.DomainGetMemoryParametersAsync(domain.Reference, count, flags | ParameterExchange.WithTexts, token) is var told ? (told.Params, told.Nparams) : default,
            (parameters, token) => driver.DomainSetMemoryParametersAsync(domain.Reference, parameters, flags, token),
            static parameter => parameter is { Type: TypedParameterType.Ullong, Unsigned: Unlimited } ? "unlimited" : ParameterText.Value(parameter));
    }

    public static async ValueTask NumaAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = (uint)command.Impact();
        var domain = await context.DomainAsync();
        var wanted = new List<TypedParam>();
        if (command.Text("nodeset") is { } nodes)
        {
            wanted.Add(TypedParam.Of("numa_nodeset", nodes));
        }
        if (command.Text("mode") is { } mode)
        {
            // A number means a mode that only the other end knows.
            var number = Array.IndexOf(s_numaModes, mode);
            wanted.Add(TypedParam.Of(NumaMode, number >= 0 || int.TryParse(mode, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) ? number : throw new CommandException($"Invalid mode: {mode}")));
        }
        var driver = domain.Connection.Driver.Hypervisor;
        await ParameterExchange.RunAsync(
            context,
            [.. wanted],
            ("Unable to get number of memory parameters", "Unable to get numa parameters", "Unable to change numa parameters"),
            async (count, token) => await driver.DomainGetNumaParametersAsync(domain.Reference, count, flags | ParameterExchange.WithTexts, token) is var told ? (told.Params, told.Nparams) : default,
            (parameters, token) => driver.DomainSetNumaParametersAsync(domain.Reference, parameters, flags, token),
            static parameter => parameter.Field == NumaMode && parameter.Number >= 0 && parameter.Number < s_numaModes.Length ? s_numaModes[parameter.Number] : ParameterText.Value(parameter));
    }

    public static async ValueTask BlockAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = (uint)command.Impact();
        var domain = await context.DomainAsync();
        var wanted = new List<TypedParam>();
        if (command.Integer("weight") is { } weight)
        {
            wanted.Add(TypedParam.Of("weight", weight > 0 ? (uint)weight : throw new CommandException($"Invalid value of {weight} for I/O weight")));
        }
        wanted.AddRange(from device in s_blockDevices
                        let text = command.Text(device.Option)
                        where text is not null
                        select TypedParam.Of(device.Parameter, text));
        var driver = domain.Connection.Driver.Hypervisor;
        await ParameterExchange.RunAsync(
            context,
            [.. wanted],
            ("Unable to get number of blkio parameters", "Unable to get blkio parameters", "Unable to change blkio parameters"),
            async (count, token) => await driver.DomainGetBlkioParametersAsync(domain.Reference, count, flags | ParameterExchange.WithTexts, token) is var told ? (told.Params, told.Nparams) : default,
            (parameters, token) => driver.DomainSetBlkioParametersAsync(domain.Reference, parameters, flags, token),
            ParameterText.Value);
    }

    public static async ValueTask PerformanceAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = (uint)command.Impact();
        TypedParam[] wanted = [.. Events("enable", true), .. Events("disable", false)];
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        if (wanted.Length > 0)
        {
            await CommandContext.TryAsync("Unable to enable/disable perf events", () => driver.DomainSetPerfEventsAsync(domain.Reference, wanted, flags, context.CancellationToken));
        }
        var told = wanted.Length > 0 ? wanted : await CommandContext.TryAsync("Unable to get perf events", () => driver.DomainGetPerfEventsAsync(domain.Reference, flags, context.CancellationToken));
        context.Print(string.Concat(told.Where(static e => e.Type == TypedParameterType.Boolean).Select(static e => ParameterText.Line(e.Field, e.Flag ? "enabled" : "disabled"))));

        IEnumerable<TypedParam> Events(string option, bool on) => command.Text(option)?.Split(',').Select(name => TypedParam.Of(name, on)) ?? [];
    }

    /// <summary>A limit in KiB; a negative one means none.</summary>
    private static ulong? Limit(ParsedCommand command, string option)
    {
        if (command.Text(option) is not { } text)
        {
            return null;
        }
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number < 0)
        {
            return Unlimited;
        }
        try
        {
            return (command.Scaled(option, 1024) + 1023) / 1024;
        }
        catch (CommandException malformed)
        {
            throw new CommandException($"Unable to parse integer parameter {option}", malformed.InnerException);
        }
    }
}
