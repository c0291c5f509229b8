using System.Globalization;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Loads a guest's memory from a file into a QEMU that was started to wait for it.</summary>
internal static class IncomingMemory
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(30);

    /// <summary>Loads all of it. The guest stays paused.</summary>
    /// <param name="process">The QEMU, started with <c>-incoming defer</c>.</param>
    /// <param name="fd">The file's number in it, positioned at the stream.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: QEMU could not take it.</exception>
    public static async Task LoadAsync(QemuProcess process, int fd, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = process.EventHandler;
        process.EventHandler = (from, happened) =>
        {
            if (happened.Name == "MIGRATION" && happened.Text("status") is "completed" or "failed")
            {
                ended.TrySetResult(happened.Text("status")!);
            }

            before?.Invoke(from, happened);
        };
        try
        {
            await process.Monitor.ExecuteAllAsync(
                [
                    new("migrate-set-capabilities", """{"capabilities":[{"capability":"events","state":true}]}"""),
                    new("migrate-incoming", string.Create(CultureInfo.InvariantCulture, $$"""{"uri":"fd:{{fd}}"}""")),
                ],
                s_step,
                cancellationToken).ConfigureAwait(false);
            if (await ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false) == "failed")
            {
                throw VireoException.OperationFailed(ErrorDomain.Qemu, $"QEMU could not load the guest's memory; its log '{process.LogPath}' may say why");
            }
        }
        finally
        {
            process.EventHandler = before;
        }
    }
}
