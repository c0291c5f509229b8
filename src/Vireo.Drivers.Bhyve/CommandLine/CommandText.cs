namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>A command as a line of text.</summary>
internal static class CommandText
{
    private const string Plain = "/._-+=:,@%";

    /// <summary>Writes a program and its arguments; those that a shell would not take as they are stand between quotes.</summary>
    public static string Format(IReadOnlyList<string> command) => string.Join(' ', command.Select(Word));

    private static string Word(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal))
        ? word
        : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
