using System.Globalization;

namespace Vireo.Config.Tests.Generated;

/// <summary>How many times as long as usual random tests run: the environment variable VIREO_LONG_RUN. 1000 makes ten million mutated documents.</summary>
internal static class LongRun
{
    public static int Factor { get; } = int.TryParse(Environment.GetEnvironmentVariable("VIREO_LONG_RUN"), NumberStyles.None, CultureInfo.InvariantCulture, out var factor) ? factor : 1;
}
