using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>A command that waits for its answer.</summary>
internal sealed class PendingReply(QmpCommand command, string sent) : TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Takes the answer.</summary>
    /// <exception cref="FormatException">It is neither a result nor an error.</exception>
    public void Answer(JsonElement message)
    {
        if (message.TryGetProperty("return"u8, out var result))
            TrySetResult(result);
        else if (message.TryGetProperty("error"u8, out var error) && error.ValueKind == JsonValueKind.Object)
            TrySetException(new QmpErrorException(command.Name, error.StrOrNull("class") ?? "GenericError", error.StrOrNull("desc") ?? "no description").ToVireo());
        else
            throw new FormatException($"the answer to '{command.Name}' has neither a result nor an error");
    }

    /// <summary>Fails because the connection has gone.</summary>
    public void Fail(Exception? cause)
    {
        TrySetException(QmpErrors.Gone(command.Name, cause, sent));
        // Observed: whoever asked may have given up waiting.
        _ = Task.Exception;
    }
}
