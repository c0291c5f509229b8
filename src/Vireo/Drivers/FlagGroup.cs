namespace Vireo.Drivers;

/// <summary>libvirt's list filters: flags come in groups, and a group of which no flag is given lets everything pass.</summary>
public static class FlagGroup
{
    /// <summary>Whether what is filtered passes one group.</summary>
    /// <param name="flags">All flags given.</param>
    /// <param name="members">The group's flags, each with whether it holds of what is filtered.</param>
    public static bool Passes<T>(T flags, params ReadOnlySpan<(T Flag, bool Holds)> members)
        where T : struct, Enum
    {
        var asked = false;
        foreach (var (flag, holds) in members)
        {
            if (flags.HasFlag(flag))
            {
                asked = true;
                if (holds)
                {
                    return true;
                }
            }
        }

        return !asked;
    }
}
