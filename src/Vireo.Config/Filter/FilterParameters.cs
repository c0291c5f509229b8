namespace Vireo.Config;

/// <summary>The parameters of a filter that is made use of.</summary>
internal static class FilterParameters
{
    private const string NameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    /// <summary>The parameters by name, without those libvirt reads over; several values of one name keep their order.</summary>
    public static ConfigList<FilterParameter> Complete(ConfigList<FilterParameter> parameters) =>
        new(parameters.Where(p => IsName(p.Name) && IsValue(p.Value)).OrderBy(p => p.Name, StringComparer.Ordinal).ToArray());

    private static bool IsName(string? name) => name is not null && !name.AsSpan().ContainsAnyExcept(NameLetters);

    private static bool IsValue(string? value) => value is { Length: > 0 } && !value.AsSpan().ContainsAnyExcept(NameLetters + ".:");
}
