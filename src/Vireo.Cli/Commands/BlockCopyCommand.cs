using System.Security;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary><c>blockcopy</c>: copies a disk to another place and moves the guest there, or not.</summary>
internal static class BlockCopyCommand
{
    private const ulong MostMebibytes = ulong.MaxValue >> 20;

    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        foreach (var (first, second) in new[] { ("dest", "xml"), ("format", "xml"), ("blockdev", "xml"), ("pivot", "finish") })
        {
            command.Exclusive(first, second);
        }
        var blocking = BlockJobCommands.Blocking(command, "finish");
        var bandwidth = command.Bandwidth() ?? 0;
        var granularity = command.Unsigned("granularity") ?? 0;
        var buffer = command.UnsignedLong("buf-size") ?? 0;
        if (!command.Has("dest") && !command.Has("xml"))
        {
            throw new CommandException("need either --dest or --xml");
        }
        var xml = command.Has("xml") ? await context.FileAsync("xml") : DestinationXml(command);
        if (command.Has("print-xml"))
        {
            context.Print(xml);
            return;
        }
        var path = command.Required("path");
        var domain = await context.DomainAsync();
        await using var wait = blocking ? await BlockJobWait.BeginAsync(context, domain, path, "Block Copy") : null;
        var flags = command.Flags(("shallow", 1u), ("reuse-external", 2u), ("transient-job", 4u), ("synchronous-writes", 8u));
        await domain.Connection.Driver.Hypervisor.DomainBlockCopyAsync(
            domain.Reference, path, xml, Parameters(command, bandwidth, granularity, buffer), flags, context.CancellationToken);
        if (wait is null)
        {
            context.Confirm("Block Copy started");
        }
        else if (await BlockJobCommands.CompletedAsync(context, wait, "Copy"))
        {
            await BlockJobCommands.FinishAsync(context, domain, "finish", "Successfully copied", "Now in mirroring phase");
        }
    }

    private static string DestinationXml(ParsedCommand command)
    {
        var device = command.Has("blockdev");
        var (type, attribute) = device ? ("block", "dev") : ("file", "file");
        var format = command.Text("format") is { } name ? $"  <driver type='{SecurityElement.Escape(name)}'/>\n" : "";
        return $"<disk type='{type}'>\n  <source {attribute}='{SecurityElement.Escape(command.Required("dest"))}'/>\n{format}</disk>\n";
    }

    private static TypedParam[] Parameters(ParsedCommand command, ulong bandwidth, uint granularity, ulong buffer)
    {
        var parameters = new List<TypedParam>();
        if (bandwidth > 0)
        {
            if (!command.Has("bytes") && bandwidth > MostMebibytes)
            {
                throw new CommandException($"bandwidth must be less than {MostMebibytes}");
            }
            parameters.Add(TypedParam.Of("bandwidth", command.Has("bytes") ? bandwidth : bandwidth << 20));
        }
        if (granularity > 0)
        {
            parameters.Add(TypedParam.Of("granularity", granularity));
        }
        if (buffer > 0)
        {
            parameters.Add(TypedParam.Of("buf-size", buffer));
        }
        return [.. parameters];
    }
}
