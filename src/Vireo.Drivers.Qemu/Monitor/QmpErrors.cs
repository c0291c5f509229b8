using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>The monitor's failures as libvirt's errors.</summary>
internal static class QmpErrors
{
    /// <summary>What QEMU answered to a command; the error's class is kept in <see cref="VireoException.Text3"/>.</summary>
    public static VireoException Answered(string command, JsonElement error)
    {
        var kind = error.TryGetProperty("class", out var c) ? c.GetString() : null;
        var description = error.TryGetProperty("desc", out var d) ? d.GetString() : "no description";
        return kind switch
        {
            "CommandNotFound" => new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"this QEMU has no command '{command}'") { Text3 = kind },
            "DeviceNotFound" => new VireoException(ErrorCode.DeviceMissing, ErrorDomain.Qemu, $"unable to execute QEMU command '{command}': {description}") { Text3 = kind },
            _ => new VireoException(ErrorCode.InternalError, ErrorDomain.Qemu, $"unable to execute QEMU command '{command}': {description}") { Text3 = kind },
        };
    }

    /// <summary>No answer within the deadline. The command may still be carried out.</summary>
    public static VireoException Late(string command, TimeSpan deadline) => new(
        ErrorCode.OperationTimeout,
        ErrorDomain.Qemu,
        $"QEMU did not answer '{command}' within {deadline.TotalSeconds:0.#} s; its monitor hangs or its host is overloaded");

    /// <summary>The connection ended before the answer.</summary>
    public static VireoException Gone(string command, Exception? cause) => new(
        ErrorCode.OperationFailed,
        ErrorDomain.Qemu,
        $"QEMU closed its monitor before it answered '{command}'{(cause is null ? "" : ": " + cause.Message)}",
        cause);

    /// <summary>What came is not QMP.</summary>
    public static VireoException Garbage(string why, Exception? cause = null) =>
        VireoException.Internal(ErrorDomain.Qemu, $"QEMU's monitor sent what is not QMP: {why}", cause);
}
