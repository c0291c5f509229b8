using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Commands that go out in one write, each answered for itself. QEMU runs them in order and does not stop at one that fails.</summary>
internal sealed class QmpBatch
{
    internal List<QmpCommand> Commands { get; } = [];

    internal Task<JsonElement>[] Replies { get; set; } = [];

    /// <summary>Adds a command.</summary>
    public QmpBatch Add(QmpCommand command)
    {
        Commands.Add(command);
        return this;
    }

    /// <summary>Adds a command; the function returned reads its answer once the batch has been run, or throws its error.</summary>
    public Func<T> Add<T>(QmpCommand<T> command)
    {
        var index = Commands.Count;
        Commands.Add(command);
        // Running the batch waited for all answers: this one is there.
        return () => command.ReadReply(Replies[index].GetAwaiter().GetResult());
    }

    /// <summary>How a command ended, by its place in the batch: null when well.</summary>
    public VireoException? ErrorOf(int index) => Replies[index].Exception?.InnerException as VireoException;

    /// <summary>Whether a command certainly came to nothing: QEMU refused it, or has gone. One that it has not answered in time is carried out later.</summary>
    public bool IsRefused(int index) => ErrorOf(index)?.InnerException is QmpErrorException or MonitorClosedException;
}
