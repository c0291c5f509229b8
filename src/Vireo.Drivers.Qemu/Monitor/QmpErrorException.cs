namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>
/// QEMU refused a command; the connection is good. Stands as the cause within the <see cref="VireoException"/> that clients see.
/// </summary>
/// <param name="command">The command's name.</param>
/// <param name="errorClass">QEMU's class: GenericError, CommandNotFound, DeviceNotFound, DeviceNotActive, KVMMissingCap.</param>
/// <param name="description">QEMU's words.</param>
internal sealed class QmpErrorException(string command, string errorClass, string description)
    : Exception($"{command}: {errorClass}: {description}")
{
    /// <summary>The command's name.</summary>
    public string Command { get; } = command;

    /// <summary>QEMU's class of the error.</summary>
    public string ErrorClass { get; } = errorClass;

    /// <summary>QEMU's words.</summary>
    public string Description { get; } = description;

    /// <summary>QEMU does not know the command.</summary>
    public bool CommandNotFound => ErrorClass == "CommandNotFound";

    /// <summary>QEMU does not know the device.</summary>
    public bool DeviceNotFound => ErrorClass == "DeviceNotFound";

    /// <summary>There is nothing of the name; QEMU says so in as many words as it has kinds of things.</summary>
    public bool IsMissing => DeviceNotFound || Description.Contains("not found", StringComparison.Ordinal) || Description.Contains("Failed to find", StringComparison.Ordinal);

    internal VireoException ToVireo() =>
        VireoException.Internal(ErrorDomain.Qemu, $"unable to execute QEMU command '{Command}': {Description}", this);
}
