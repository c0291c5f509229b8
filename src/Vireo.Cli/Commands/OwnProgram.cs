using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>What only vireod can do.</summary>
internal static class OwnProgram
{
    /// <summary>Asks the daemon; one that cannot is told apart from one that refuses.</summary>
    /// <param name="ask">Asks.</param>
    /// <param name="what">What a stock daemon cannot do.</param>
    public static async ValueTask<T> AskAsync<T>(Func<ValueTask<T>> ask, string what)
    {
        try
        {
            return await ask();
        }
        catch (VireoException unknown) when (unknown.Code is ErrorCode.NoSupport)
        {
            throw new CommandException($"this daemon cannot {what}: nothing was done", unknown);
        }
    }
}
