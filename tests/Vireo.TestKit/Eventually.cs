using System.Diagnostics;

namespace Vireo.TestKit;

/// <summary>Waits for what another process will bring about, asking it, with a limit.</summary>
public static class Eventually
{
    /// <summary>Waits until it is so, and fails when it is not in time.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, int seconds = 20)
    {
        if (!await TrueWithinAsync(condition, seconds))
            throw new TimeoutException($"{what}: not within {seconds} s");
    }

    /// <summary>Waits until it is so.</summary>
    /// <returns>Whether it was in time.</returns>
    public static async Task<bool> TrueWithinAsync(Func<Task<bool>> condition, int seconds)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed.TotalSeconds > seconds)
                return false;
            await Task.Delay(50);
        }

        return true;
    }
}
