using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Guests that are encrypted by AMD's SEV.</summary>
internal static partial class Qmp
{
    /// <summary>The command that gives a guest a secret.</summary>
    public const string InjectLaunchSecretName = "sev-inject-launch-secret";

    /// <summary>query-sev: the firmware of the processor that encrypts, and what the guest was launched with.</summary>
    public static QmpCommand<QmpSev> QuerySev { get; } =
        new("query-sev", static reply => new(Number(reply, "api-major"), Number(reply, "api-minor"), Number(reply, "build-id"), Number(reply, "policy")));

    /// <summary>query-sev-launch-measure: what the processor measured of the guest at its launch, Base64.</summary>
    public static QmpCommand<string> QuerySevMeasurement { get; } = new("query-sev-launch-measure", static reply => reply.Str("data"));

    /// <summary>sev-inject-launch-secret: puts what only the guest can read into its memory, before it runs.</summary>
    /// <param name="header">The secret's header, Base64.</param>
    /// <param name="secret">The secret, encrypted, Base64.</param>
    /// <param name="address">Where in the guest's memory; null where its firmware says.</param>
    public static QmpCommand InjectLaunchSecret(string header, string secret, ulong? address) => new(InjectLaunchSecretName, w =>
    {
        w.WriteString("packet-header", header);
        w.WriteString("secret", secret);
        if (address is { } place)
        {
            w.WriteNumber("gpa", place);
        }
    });

    private static uint Number(JsonElement reply, string field) => reply.Num(field) is >= 0 and <= uint.MaxValue and var number ? (uint)number
        : throw VireoException.Internal(ErrorDomain.Qemu, $"query-sev reply was missing '{field}'");
}

/// <summary>How a guest is encrypted.</summary>
/// <param name="ApiMajor">The firmware's version.</param>
/// <param name="ApiMinor">The second part of it.</param>
/// <param name="BuildId">The firmware's build.</param>
/// <param name="Policy">What the guest's owner allows.</param>
internal sealed record QmpSev(uint ApiMajor, uint ApiMinor, uint BuildId, uint Policy);
