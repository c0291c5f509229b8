using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu;

/// <content>Straight to the hypervisor's monitor.</content>
internal sealed partial class QemuConnection
{
    private static int s_lastMonitorCommand;

    /// <inheritdoc/>
    public override ValueTask<string> QemuDomainMonitorCommandAsync(DomainRef dom, string cmd, uint flags, CancellationToken cancellationToken) =>
        QemuDomainMonitorCommandWithFilesAsync(dom, cmd, flags, [], cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<string> QemuDomainMonitorCommandWithFilesAsync(DomainRef dom, string cmd, uint flags, IReadOnlyList<SafeFileHandle> files, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainQemuMonitorCommandFlags.Hmp, "qemuDomainQemuMonitorCommandWithFiles");
        if (files.Count > 1)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "at most 1 fd can be passed to qemu along with a command");
        }

        var file = files.Count > 0 ? files[0] : null;
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainQemuMonitorCommand", cancellationToken).ConfigureAwait(false);
        var monitor = domain.RequireProcess().Monitor;
        if (flags != 0)
        {
            return await monitor.ExecuteAsync(Qmp.HumanMonitorCommand(cmd), cancellationToken).ConfigureAwait(false);
        }

        var command = Parse(cmd) with { Descriptor = file };
        try
        {
            return Answer("return", (await monitor.ExecuteAsync(command, cancellationToken).ConfigureAwait(false)).WriteTo);
        }
        catch (VireoException e) when (e.InnerException is QmpErrorException refused)
        {
            // A refusal is an answer like any other to whoever speaks to the hypervisor directly.
            return Answer("error", json =>
            {
                json.WriteStartObject();
                json.WriteString("class", refused.ErrorClass);
                json.WriteString("desc", refused.Description);
                json.WriteEndObject();
            });
        }
    }

    private static QmpCommand Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object ? throw Malformed("it is no object")
                : root.TryGetProperty("id"u8, out _) ? throw VireoException.Internal(ErrorDomain.Qemu, "Unable to append command 'id' string")
                : root.StrOrNull("execute") is { } name ? QmpCommand.Raw(name, Arguments(root))
                : root.StrOrNull("exec-oob") is { } ahead ? QmpCommand.Raw(ahead, Arguments(root)) with { OutOfBand = true }
                : throw Malformed("its 'execute' is no name");
        }
        catch (JsonException e)
        {
            throw VireoException.Internal(ErrorDomain.None, $"cannot parse json {text}: {e.Message}", e);
        }
    }

    private static byte[] Arguments(JsonElement command) => command.TryGetProperty("arguments"u8, out var arguments)
        ? arguments.ValueKind == JsonValueKind.Object ? System.Text.Encoding.UTF8.GetBytes(arguments.GetRawText()) : throw Malformed("its 'arguments' are no object")
        : [];

    private static VireoException Malformed(string why) => VireoException.InvalidArgument(ErrorDomain.Qemu, $"the monitor's command cannot be sent: {why}");

    private static string Answer(string kind, Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"vireo-{Interlocked.Increment(ref s_lastMonitorCommand)}");
            json.WriteStartObject();
            // In the order that QEMU has.
            if (kind == "error")
            {
                json.WriteString("id", id);
            }

            json.WritePropertyName(kind);
            write(json);
            if (kind != "error")
            {
                json.WriteString("id", id);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
