using System.Runtime.CompilerServices;

namespace Vireo.Host.Faults;

/// <summary>
/// Named places in multi-step changes where tests make things go wrong: the process is killed, or an error is thrown. Off unless
/// the environment variable <c>VIREO_FAULT</c> is set when the process starts; then nearly free.
/// </summary>
/// <remarks>
/// The variable holds rules separated by commas: <c>name:kill</c>, <c>name:error</c> or <c>name:error:ErrorCode</c>, each optionally
/// followed by <c>@n</c> to act on the n-th hit only (counted from 1). The names are those of <see cref="FaultPoints"/>.
/// </remarks>
public static class FaultPoint
{
    private static volatile FaultPlan? s_plan = FaultPlan.FromEnvironment();

    /// <summary>Whether any fault is switched on.</summary>
    public static bool Armed => s_plan is not null;

    /// <summary>Passes the point <paramref name="name"/>.</summary>
    /// <param name="name">One of <see cref="FaultPoints"/>.</param>
    /// <exception cref="VireoException">The error that a rule asks for.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hit(string name) => s_plan?.Hit(name);

    /// <summary>Switches on <paramref name="rules"/> for tests within this process; disposing the result brings back what was before.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: the rules cannot be read or name no known point.</exception>
    internal static IDisposable Arm(string rules)
    {
        var before = s_plan;
        s_plan = FaultPlan.Parse(rules);
        return new Restore(before);
    }

    private sealed class Restore(FaultPlan? before) : IDisposable
    {
        public void Dispose() => s_plan = before;
    }
}
