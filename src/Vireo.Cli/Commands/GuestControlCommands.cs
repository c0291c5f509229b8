using System.Globalization;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Into a guest and out of it: its screen, its keyboard, its sleep, and what follows its end.</summary>
internal static class GuestControlCommands
{
    private const int MostKeys = 16;

    public static async ValueTask ScreenshotAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var screen = context.Command.Unsigned("screen") ?? 0;
        var (type, stream) = await CommandContext.TryAsync(
            $"could not take a screenshot of {domain.Name}", () => domain.Connection.Driver.Hypervisor.DomainScreenshotAsync(domain.Reference, screen, 0, context.CancellationToken));
        await using (stream)
        {
            var file = context.Command.Text("file") ?? $"{domain.Name}-{DateTime.Now.ToString("yyyy-MM-dd-HH:mm:ss", CultureInfo.InvariantCulture)}{Extension(type)}";
            await using var output = new FileStream(file, FileMode.Create, FileAccess.Write);
            var buffer = new byte[64 * 1024];
            while (await stream.ReadAsync(buffer, context.CancellationToken) is > 0 and var read)
            {
                await output.WriteAsync(buffer.AsMemory(0, read), context.CancellationToken);
            }

            await stream.FinishAsync(context.CancellationToken);
            context.Confirm($"Screenshot saved to {file}, with type of {type}");
        }
    }

    public static async ValueTask SendKeyAsync(CommandContext context)
    {
        var command = context.Command;
        var name = command.Text("codeset") ?? "linux";
        var hold = command.Unsigned("holdtime") ?? 0;
        var domain = await context.DomainAsync();
        var set = KeyCodes.Find(name) ?? throw new CommandException($"unknown codeset: '{name}'");
        uint[] keys = [.. command.All("keycode").Select(key => KeyCodes.ToCode(set, key) ?? Number(key) ?? throw new CommandException($"invalid keycode: '{key}'"))];
        if (keys.Length > MostKeys)
        {
            throw new CommandException("too many keycodes");
        }

        await domain.Connection.Driver.Hypervisor.DomainSendKeyAsync(domain.Reference, (uint)set, hold, keys, 0, context.CancellationToken);
    }

    public static async ValueTask SignalAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var process = command.Long("pid") ?? 0;
        var signal = Signal(command.Required("signame"));
        await domain.Connection.Driver.Hypervisor.DomainSendProcessSignalAsync(domain.Reference, process, signal, 0, context.CancellationToken);
    }

    public static async ValueTask SleepAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var duration = command.UnsignedLong("duration") ?? 0;
        var target = command.Required("target") switch
        {
            "mem" => NodeSuspendTarget.Mem,
            "disk" => NodeSuspendTarget.Disk,
            "hybrid" => NodeSuspendTarget.Hybrid,
            _ => throw new CommandException("Invalid target"),
        };
        await CommandContext.TryAsync(
            $"Domain '{domain.Name}' could not be suspended", () => domain.Connection.Driver.Hypervisor.DomainPmSuspendForDurationAsync(domain.Reference, (uint)target, duration, 0, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' successfully suspended");
    }

    public static async ValueTask WakeAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        await CommandContext.TryAsync(
            $"Domain '{domain.Name}' could not be woken up", () => domain.Connection.Driver.Hypervisor.DomainPmWakeupAsync(domain.Reference, 0, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' successfully woken up");
    }

    public static async ValueTask LifecycleActionAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("current", "live");
        command.Exclusive("current", "config");
        var (type, action) = (command.Required("type"), command.Required("action"));
        var what = type switch
        {
            "poweroff" => DomainLifecycle.Poweroff,
            "reboot" => DomainLifecycle.Reboot,
            "crash" => DomainLifecycle.Crash,
            _ => throw new CommandException($"Invalid lifecycle type '{type}'."),
        };
        var then = action switch
        {
            "destroy" => DomainLifecycleAction.Destroy,
            "restart" => DomainLifecycleAction.Restart,
            "rename-restart" => DomainLifecycleAction.RestartRename,
            "preserve" => DomainLifecycleAction.Preserve,
            "coredump-destroy" => DomainLifecycleAction.CoredumpDestroy,
            "coredump-restart" => DomainLifecycleAction.CoredumpRestart,
            _ => throw new CommandException($"Invalid lifecycle action '{action}'."),
        };
        var domain = await context.DomainAsync();
        await CommandContext.TryAsync(
            "Unable to change lifecycle action.",
            () => domain.Connection.Driver.Hypervisor.DomainSetLifecycleActionAsync(domain.Reference, (uint)what, (uint)then, command.Flags(("live", 1u), ("config", 2u)), context.CancellationToken));
    }

    private static string Extension(string? type) => type switch
    {
        "image/png" => ".png",
        "image/x-portable-pixmap" => ".ppm",
        _ => "",
    };

    private static uint? Number(string text) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static uint Signal(string text) => Number(text)
        ?? (Enum.TryParse<DomainProcessSignal>(text.Replace("SIG", "", StringComparison.Ordinal), ignoreCase: true, out var named) ? (uint)named : throw new CommandException($"malformed signal name: {text}"));
}
