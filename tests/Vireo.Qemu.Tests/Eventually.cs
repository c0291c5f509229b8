using System.Diagnostics;

namespace Vireo.Qemu.Tests;

/// <summary>Waits for what another process will bring about, asking it, with a limit.</summary>
public static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, int seconds = 20)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed.TotalSeconds > seconds)
                Assert.Fail($"{what}: not within {seconds} s");
            await Task.Delay(50);
        }
    }
}
