namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>A program and its arguments while they are put together.</summary>
/// <param name="program">The program's path.</param>
internal sealed class ArgumentList(string program)
{
    private readonly List<string> _arguments = [Whole(program)];

    /// <summary>All so far.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>Adds arguments.</summary>
    public void Add(params ReadOnlySpan<string> arguments)
    {
        foreach (var argument in arguments)
            _arguments.Add(Whole(argument));
    }

    /// <summary>Adds the guest's name, the only argument that is no option.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: it would be taken for an option.</exception>
    public void AddName(string name) =>
        Add(name.StartsWith('-') ? throw BhyveErrors.Unsupported($"a name that begins with '-' cannot be passed to bhyve: '{name}'") : name);

    /// <summary>A text as a part of an option, whose parts are parted by commas, which nothing escapes.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: it would be more than one part, or more than one line of a file.</exception>
    public static string Part(string text) =>
        text.AsSpan().ContainsAny(",\r\n") ? throw BhyveErrors.Unsupported($"commas and line breaks cannot be passed to bhyve: '{text}'") : text;

    // An argument ends at NUL, so a text that holds one would say something else than what was checked.
    private static string Whole(string argument) =>
        argument.Contains('\0', StringComparison.Ordinal) ? throw BhyveErrors.Unsupported("a value with a NUL character cannot be passed to a program") : argument;
}
