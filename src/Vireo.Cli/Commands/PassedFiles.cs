using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Vireo.Cli.Parsing;
using Vireo.Host.Files;

namespace Vireo.Cli.Commands;

/// <summary>Files that this process was given open, by their numbers (<c>--pass-fds</c>).</summary>
internal sealed class PassedFiles : IDisposable
{
    private readonly List<SafeFileHandle> _files = [];

    /// <summary>Takes another descriptor of each.</summary>
    /// <param name="numbers">N,M,...</param>
    /// <exception cref="CommandException">One is no number, or names no open file.</exception>
    public PassedFiles(string numbers)
    {
        try
        {
            foreach (var word in numbers.Split(','))
            {
                _files.Add(Duplicate(word));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The files, in order.</summary>
    public IReadOnlyList<SafeFileHandle> All => _files;

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(static file => file.Dispose());

    private static SafeFileHandle Duplicate(string word)
    {
        if (!int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw new CommandException($"Unable to parse FD number '{word}'");
        }
        try
        {
            return InheritedDescriptor.Duplicate(number);
        }
        catch (VireoException refused)
        {
            throw new CommandException(refused.Message);
        }
    }
}
