using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>Whose rights this process has.</summary>
public static class CurrentUser
{
    /// <summary>The user.</summary>
    public static uint Id => Libc.EffectiveUser();

    /// <summary>The group.</summary>
    public static uint Group => Libc.EffectiveGroup();
}
