using System.Text;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>The database of the host's Open vSwitch, as <c>ovs-vsctl</c> reads and changes it.</summary>
internal static class SwitchDatabase
{
    private const string Program = "ovs-vsctl";
    private const string Patience = "--timeout=5";

    /// <summary>Carries out commands, all of them or none.</summary>
    /// <param name="failure">What has failed when they cannot be carried out.</param>
    /// <param name="commands">Each with its arguments.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the program is not there, the switch does not answer, or refuses.</exception>
    public static async Task ChangeAsync(string failure, IEnumerable<IEnumerable<string>> commands, string directory, CancellationToken cancellationToken)
    {
        string[] arguments = [Patience, .. commands.SelectMany(static command => command.Prepend("--"))];
        var (success, printed) = await CheckedProgram.TryAsync(Program, arguments, directory, cancellationToken).ConfigureAwait(false);
        if (!success)
        {
            throw VireoException.Internal(ErrorDomain.None, $"{failure}: {printed}");
        }
    }

    /// <summary>Looks rows up.</summary>
    /// <param name="table">Their table.</param>
    /// <param name="column">What is wanted of each: a name or an identity, that has no spaces.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="conditions">What holds for each.</param>
    /// <exception cref="VireoException">As <see cref="ChangeAsync"/>.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(string table, string column, string directory, CancellationToken cancellationToken, params string[] conditions)
    {
        string[] arguments = [Patience, "--no-headings", $"--columns={column}", "find", table, .. conditions];
        var (success, printed) = await CheckedProgram.TryAsync(Program, arguments, directory, cancellationToken).ConfigureAwait(false);
        return success
            ? [.. printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static line => line.Trim('"'))]
            : throw VireoException.Internal(ErrorDomain.None, $"Unable to ask Open vSwitch for its {table}: {printed}");
    }

    /// <summary>What a row is known by outside the switch: a condition to find it by, or what is set.</summary>
    public static string ExternalId(string key, string value) => $"external-ids:{key}={Text(value)}";

    /// <summary>A text as the program reads it, whatever is in it.</summary>
    public static string Text(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' or '\\' => text.Append('\\').Append(letter),
                < ' ' => text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => text.Append(letter),
            };
        }

        return text.Append('"').ToString();
    }
}
