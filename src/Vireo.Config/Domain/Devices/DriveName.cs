namespace Vireo.Config;

/// <summary>Names of drives in documents: a few letters for the bus, and the drive's number in letters (<c>sda</c> … <c>sdz</c>, <c>sdaa</c>).</summary>
public static class DriveName
{
    private const int Letters = 26;

    private static readonly string[] s_prefixes = ["fd", "hd", "vd", "sd", "xvd", "ubd"];

    /// <summary>The letters a drive of a bus begins with.</summary>
    /// <param name="bus">The bus.</param>
    public static string Prefix(DiskBus bus) => bus switch
    {
        DiskBus.Ide => "hd",
        DiskBus.Fdc => "fd",
        DiskBus.Virtio => "vd",
        _ => "sd",
    };

    /// <summary>The name of a bus's drive.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="index">The drive's number, from 0.</param>
    public static string Format(DiskBus bus, int index)
    {
        var letters = "";
        for (; index >= 0; index = (index / Letters) - 1)
        {
            letters = (char)('a' + (index % Letters)) + letters;
        }

        return Prefix(bus) + letters;
    }

    /// <summary>The number of the drive of a name of any bus, which may have a partition's number behind it; -1 when it is no drive's.</summary>
    /// <param name="name">The name.</param>
    public static int Index(string name)
    {
        var prefix = Array.Find(s_prefixes, known => name.StartsWith(known, StringComparison.Ordinal));
        if (prefix is null)
        {
            return -1;
        }

        var letters = name.AsSpan(prefix.Length).TrimEnd("0123456789");
        var index = -1;
        foreach (var letter in letters)
        {
            if (!char.IsAsciiLetterLower(letter) || index > int.MaxValue / Letters / 2)
            {
                return -1;
            }

            index = ((index + 1) * Letters) + (letter - 'a');
        }

        return index;
    }
}
