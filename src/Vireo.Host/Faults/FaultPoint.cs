using System.Runtime.CompilerServices;

namespace Vireo.Host.Faults;

/// <summary>
/// Named places in multi-step changes where tests make things go wrong: the process is killed, or an error is thrown; and every write to a file. Off unless
/// the environment variable <c>VIREO_FAULT</c> is set when the process starts; then nearly free.
/// </summary>
/// <remarks>
/// The variable holds rules separated by commas: <c>name:kill</c>, <c>name:stop</c> (the process stands still, as after SIGSTOP), <c>name:tell</c> (a line on
/// stderr), <c>name:error</c> or <c>name:error:ErrorCode</c>, each optionally followed by <c>@n</c> to act on the n-th hit only (counted from 1). With
/// <c>name:ENOSPC@n</c> or <c>name:EIO@n</c> the n-th write to a file after that point fails. The names are those of <see cref="FaultPoints"/>; <c>*</c> is all of them.
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

    /// <summary>Passes one write to a file: whoever creates, writes, flushes, renames or removes one asks first.</summary>
    /// <param name="path">The file, for the log.</param>
    /// <returns>The errno with which it is to fail; 0 to go on.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(string path) => s_plan?.Write(path) ?? 0;

    /// <summary>Switches on <paramref name="rules"/> for tests within this process; disposing the result brings back what was before.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: the rules cannot be read or name no known point.</exception>
    internal static ArmedFaults Arm(string rules)
    {
        var before = s_plan;
        var plan = FaultPlan.Parse(rules);
        s_plan = plan;
        return new ArmedFaults(plan, () => s_plan = before);
    }
}

/// <summary>Faults that a test has switched on.</summary>
internal sealed class ArmedFaults(FaultPlan plan, Action restore) : IDisposable
{
    /// <summary>Whether the write that was to fail has come.</summary>
    public bool WriteFailed => plan.WriteFailed;

    /// <summary>Switches them off.</summary>
    public void Dispose() => restore();
}
