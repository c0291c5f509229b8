namespace Vireo.Drivers.Bhyve.Native;

/// <summary>What commands say that cannot be read, under the code that libvirt gives it.</summary>
internal static class NativeErrors
{
    public static VireoException Failed(string detail) => VireoException.OperationFailed(ErrorDomain.Bhyve, detail);

    /// <summary>The text as a whole is no list of commands.</summary>
    public static VireoException NoCommands(string why) => VireoException.Internal(ErrorDomain.Bhyve, $"Failed to convert the command string to argv-lists: {why}");
}
