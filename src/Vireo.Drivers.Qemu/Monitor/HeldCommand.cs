using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>
/// A command of which QEMU has been sent all but the end, so that it has read it when it is to be run: it reads byte by byte. Whatever else is sent meanwhile goes first; the command is
/// then spoiled, which QEMU answers with an error that nobody hears, and sent anew when it is released. Disposing of one that was not released spoils it.
/// </summary>
internal sealed class HeldCommand(QmpMonitor monitor, QmpCommand command, PendingReply pending, HeldMessage message) : IDisposable
{
    private bool _released;

    /// <summary>Has QEMU run the command, and waits for its answer.</summary>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="cancellationToken">Gives the wait up; QEMU still does what it was told.</param>
    /// <exception cref="VireoException">As of any command.</exception>
    public Task<JsonElement> ReleaseAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        _released = true;
        return message.TryRelease()
            ? QmpMonitor.AnswerAsync(pending.Task, command.Name, deadline, cancellationToken)
            : monitor.ExecuteAsync(command, deadline, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_released)
        {
            message.Spoil();
        }
    }
}
