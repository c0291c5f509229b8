using System.Globalization;

namespace Vireo.Cli.Parsing;

/// <summary>The limits of one direction of a network card, as users write them: <c>average,peak,burst,floor</c>.</summary>
internal static class TrafficRates
{
    public static readonly string[] Names = ["average", "peak", "burst", "floor"];

    /// <summary>All four; 0 for what is left out.</summary>
    public static ulong[] Parse(string text)
    {
        var fields = text.Split(',');
        if (fields.Length > Names.Length)
        {
            throw new CommandException($"Rate string '{text}' has too many fields");
        }
        var rates = new ulong[Names.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Length > 0 && !ulong.TryParse(fields[i], NumberStyles.None, CultureInfo.InvariantCulture, out rates[i]))
            {
                throw new CommandException($"field '{Names[i]}' is malformed");
            }
        }
        return rates;
    }
}
