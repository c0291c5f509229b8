using Vireo.Cli.Output;

namespace Vireo.Cli.Commands;

/// <summary>Shows a group of named values, or sets some of them: what every tuning command comes down to.</summary>
internal static class ParameterExchange
{
    /// <summary>Values may be texts: what clients say that are no older than that.</summary>
    public const uint WithTexts = (uint)TypedParameterFlags.ParamStringOkay;

    /// <param name="context">The command.</param>
    /// <param name="wanted">What to set; all are shown when it is empty.</param>
    /// <param name="failures">What is said when they cannot be counted, read or set.</param>
    /// <param name="get">Reads at most so many; 0 counts them.</param>
    /// <param name="set">Sets them.</param>
    /// <param name="value">How one is shown.</param>
    public static async ValueTask RunAsync(
        CommandContext context,
        TypedParam[] wanted,
        (string Count, string Get, string Set) failures,
        Func<int, CancellationToken, ValueTask<(TypedParam[] Told, int Count)>> get,
        Func<TypedParam[], CancellationToken, ValueTask> set,
        Func<TypedParam, string> value)
    {
        if (wanted.Length > 0)
        {
            await CommandContext.TryAsync(failures.Set, () => set(wanted, context.CancellationToken));
            return;
        }
        foreach (var parameter in await AllAsync(context, (failures.Count, failures.Get), get))
        {
            context.Print(ParameterText.Line(parameter.Field, value(parameter)));
        }
    }

    /// <summary>All there are.</summary>
    public static async ValueTask<TypedParam[]> AllAsync(
        CommandContext context, (string Count, string Get) failures, Func<int, CancellationToken, ValueTask<(TypedParam[] Told, int Count)>> get)
    {
        var count = (await CommandContext.TryAsync(failures.Count, () => get(0, context.CancellationToken))).Count;
        return count == 0 ? [] : (await CommandContext.TryAsync(failures.Get, () => get(count, context.CancellationToken))).Told;
    }
}
