namespace Vireo.Host;

/// <summary>The directories of the user who runs this program, by the XDG variables or where they point when they are not set.</summary>
public static class UserDirectories
{
    /// <summary>What can be made anew: <c>$XDG_CACHE_HOME</c>, <c>~/.cache</c>.</summary>
    public static string Cache => Of("XDG_CACHE_HOME", ".cache");

    /// <summary>Settings: <c>$XDG_CONFIG_HOME</c>, <c>~/.config</c>.</summary>
    public static string Configuration => Of("XDG_CONFIG_HOME", ".config");

    /// <summary>What is kept: <c>$XDG_STATE_HOME</c>, <c>~/.local/state</c>.</summary>
    public static string State => Of("XDG_STATE_HOME", ".local/state");

    /// <summary>Sockets: <c>$XDG_RUNTIME_DIR</c>, or the cache as in libvirt.</summary>
    public static string Runtime => Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } set ? set : Cache;

    private static string Of(string variable, string otherwise) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set
        ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), otherwise);
}
