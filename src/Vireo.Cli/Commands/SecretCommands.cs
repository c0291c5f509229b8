using System.Globalization;
using System.Text;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary>Secrets.</summary>
internal static class SecretCommands
{
    private const int LargestFile = 1024;

    private static readonly string[] s_uses = ["none", "volume", "ceph", "iscsi", "tls", "vtpm"];

    public static async ValueTask DefineAsync(CommandContext context)
    {
        var xml = await context.FileAsync("file");
        var driver = await DriverAsync(context);
        var flags = context.Command.Has("validate") ? (uint)SecretDefineFlags.Validate : 0;
        var secret = await CommandContext.TryAsync($"Failed to set attributes from {context.Command.Required("file")}", () => driver.SecretDefineXmlAsync(xml, flags, context.CancellationToken));
        context.Confirm($"Secret {secret.Uuid:D} created\n");
    }

    public static async ValueTask DumpAsync(CommandContext context)
    {
        var driver = await DriverAsync(context);
        var secret = await FindAsync(context, driver);
        DomainInfoCommands.PrintXml(context, await driver.SecretGetXmlDescAsync(secret, 0, context.CancellationToken));
    }

    public static async ValueTask ListAsync(CommandContext context)
    {
        var driver = await DriverAsync(context);
        var flags = context.Command.Flags(("ephemeral", 1u), ("no-ephemeral", 2u), ("private", 4u), ("no-private", 8u));
        var secrets = await CommandContext.TryAsync("Failed to list secrets", () => driver.ConnectListAllSecretsAsync(1, flags, context.CancellationToken));
        var table = new Table("UUID", "Usage");
        foreach (var secret in secrets.Secrets.OrderBy(s => s.Uuid.ToString("D"), StringComparer.Ordinal))
        {
            table.Add(secret.Uuid.ToString("D"), secret.UsageType == 0 ? "Unused" : $"{s_uses.ElementAtOrDefault(secret.UsageType) ?? "unknown"} {secret.UsageID}");
        }

        context.Print(table.Render(!context.Session.Quiet));
    }

    public static async ValueTask GetValueAsync(CommandContext context)
    {
        var driver = await DriverAsync(context);
        var secret = await FindAsync(context, driver);
        var value = await driver.SecretGetValueAsync(secret, 0, context.CancellationToken);
        if (context.Command.Has("plain"))
        {
            context.Print(Encoding.UTF8.GetString(value));
        }
        else
        {
            context.Print(Convert.ToBase64String(value));
        }
    }

    public static async ValueTask SetValueAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("file", "base64");
        command.Exclusive("plain", "base64");
        command.Exclusive("interactive", "base64");
        command.Exclusive("interactive", "plain");
        command.Exclusive("interactive", "file");
        var driver = await DriverAsync(context);
        var secret = await FindAsync(context, driver);
        var value = await ValueAsync(context);
        await CommandContext.TryAsync("Failed to set secret value", () => driver.SecretSetValueAsync(secret, value, 0, context.CancellationToken));
        context.Confirm("Secret value set\n");
    }

    public static async ValueTask UndefineAsync(CommandContext context)
    {
        var driver = await DriverAsync(context);
        var secret = await FindAsync(context, driver);
        await CommandContext.TryAsync($"Failed to delete secret {secret.Uuid:D}", () => driver.SecretUndefineAsync(secret, context.CancellationToken));
        context.Confirm($"Secret {secret.Uuid:D} deleted\n");
    }

    internal static async ValueTask<SecretDriver> DriverAsync(CommandContext context) => (await context.ConnectionAsync()).Driver.Secret;

    internal static async ValueTask<SecretRef> FindAsync(CommandContext context, SecretDriver driver)
    {
        var text = context.Command.Required("secret");
        var failure = $"failed to get secret '{text}'";
        return Guid.TryParse(text, CultureInfo.InvariantCulture, out var uuid)
            ? await CommandContext.TryAsync(failure, () => driver.SecretLookupByUuidAsync(uuid, context.CancellationToken))
            : throw new CommandException(failure, VireoException.BadArgument(ErrorDomain.None, "virSecretLookupByUUIDString", "uuidstr", "uuidstr in virSecretLookupByUUIDString must be a valid UUID"));
    }

    private static async ValueTask<byte[]> ValueAsync(CommandContext context)
    {
        var command = context.Command;
        if (command.Text("base64") is { } given)
        {
            context.Session.Error("Passing secret value as command-line argument is insecure!");
            return Decode(given);
        }

        if (command.Has("interactive"))
        {
            context.Print("Enter new value for secret:");
            return Encoding.UTF8.GetBytes(Console.ReadLine() ?? throw new CommandException("Failed to read secret"));
        }

        if (!command.Has("file"))
        {
            throw new CommandException("Input secret value is missing");
        }

        var path = command.Required("file");
        var content = await ReadAsync(path, context.CancellationToken);
        return command.Has("plain") ? content : Decode(Encoding.UTF8.GetString(content));
    }

    private static async ValueTask<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: > LargestFile }
                ? throw new CommandException($"Failed to read file '{path}': Value too large for defined data type")
                : await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"Failed to open file '{path}': No such file or directory");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandException($"Failed to open file '{path}': Permission denied");
        }
    }

    private static byte[] Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new CommandException("Failed to decode base64 secret value");
        }
    }
}
