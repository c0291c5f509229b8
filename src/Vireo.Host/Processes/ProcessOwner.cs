using System.Globalization;

namespace Vireo.Host.Processes;

/// <summary>Whose process one is.</summary>
/// <param name="User">The user's number.</param>
/// <param name="Group">The group's number.</param>
public readonly record struct ProcessOwner(uint User, uint Group)
{
    /// <summary>The owner of a process; null when it has ended.</summary>
    public static ProcessOwner? Of(int pid)
    {
        try
        {
            uint? user = null;
            foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")))
            {
                var words = line.Split('\t');
                if (words[0] == "Uid:")
                    user = uint.Parse(words[1], CultureInfo.InvariantCulture);
                else if (words[0] == "Gid:" && user is { } found)
                    return new(found, uint.Parse(words[1], CultureInfo.InvariantCulture));
            }

            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return null;
        }
    }
}
