using System.Globalization;

namespace Vireo.Cli.Output;

/// <summary>Named values as virsh prints them.</summary>
internal static class ParameterText
{
    /// <summary>The value alone.</summary>
    public static string Value(TypedParam parameter) => parameter.Type switch
    {
        TypedParameterType.String => parameter.Text,
        TypedParameterType.Boolean => parameter.Flag ? "yes" : "no",
        TypedParameterType.Double => parameter.Real.ToString("F6", CultureInfo.InvariantCulture),
        TypedParameterType.Ullong or TypedParameterType.Uint => parameter.Unsigned.ToString(CultureInfo.InvariantCulture),
        _ => parameter.Number.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>A line of its own for each value.</summary>
    /// <param name="parameters">The values.</param>
    /// <param name="width">How wide the names' column is.</param>
    public static string Lines(IEnumerable<TypedParam> parameters, int width = 15) => string.Concat(parameters.Select(parameter => Line(parameter.Field, Value(parameter), width)));

    /// <summary>One value's line.</summary>
    public static string Line(string name, string value, int width = 15) => $"{name.PadRight(width)}: {value}\n";
}
