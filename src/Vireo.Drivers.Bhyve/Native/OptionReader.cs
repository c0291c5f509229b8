namespace Vireo.Drivers.Bhyve.Native;

/// <summary>Walks a command's words: options of one letter first, in getopt's form, then what is no option.</summary>
/// <param name="words">The program and its arguments.</param>
/// <param name="valued">The letters of options that have a value.</param>
internal ref struct OptionReader(IReadOnlyList<string> words, string valued)
{
    private int _next = 1;
    private int _letter;

    /// <summary>Reads the next option; false when there are no more.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: its value is missing.</exception>
    public bool TryRead(out char letter, out string value)
    {
        (letter, value) = ('\0', "");
        if (_letter == 0)
        {
            if (_next >= words.Count || words[_next] is not ['-', _, ..] word || word == "--")
                return false;
            _letter = 1;
        }

        var current = words[_next];
        letter = current[_letter++];
        var isLast = _letter == current.Length;
        if (valued.Contains(letter, StringComparison.Ordinal))
        {
            if (isLast && _next + 1 >= words.Count)
                throw VireoException.InvalidArgument(ErrorDomain.Bhyve, $"Missing argument for '{current}'");
            value = isLast ? words[++_next] : current[_letter..];
            isLast = true;
        }

        if (isLast)
            (_next, _letter) = (_next + 1, 0);
        return true;
    }

    /// <summary>What is left: the guest's name alone.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it is more or less than that.</exception>
    public readonly string Name(string program)
    {
        var first = _next < words.Count && words[_next] == "--" ? _next + 1 : _next;
        return first == words.Count - 1 ? words[first] : throw NativeErrors.Failed($"Failed to parse arguments for {program} command");
    }
}
