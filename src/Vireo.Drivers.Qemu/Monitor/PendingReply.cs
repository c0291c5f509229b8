using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>A command that waits for its answer.</summary>
internal sealed class PendingReply(QmpCommand command, string sent) : TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public QmpCommand Command { get; } = command;

    public string Sent { get; } = sent;

    public void Answer(JsonElement message)
    {
        if (message.TryGetProperty("return"u8, out var result))
            TrySetResult(result);
        else
            TrySetException(Refusal(message.GetProperty("error"u8)).ToVireo());
    }

    public void Fail(MonitorClosedException reason)
    {
        var cause = new MonitorClosedException(reason.Message, reason) { Sent = Sent };
        TrySetException(VireoException.Internal(ErrorDomain.Qemu, $"{reason.Message} from qemu monitor while waiting for '{Command.Name}'", cause));
    }

    private QmpErrorException Refusal(JsonElement error) =>
        new(Command.Name, error.GetProperty("class"u8).GetString() ?? "GenericError", error.GetProperty("desc"u8).GetString() ?? "");
}
