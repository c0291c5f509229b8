namespace Vireo.Config;

/// <summary>Words of commands that people read and run.</summary>
internal static class ShellWord
{
    private const string Plain = "-_./:=,+@%";

    /// <summary>A word as a shell takes it: between quotes unless no shell reads it otherwise.</summary>
    public static string Quote(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
