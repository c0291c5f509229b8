using System.Xml.Linq;
using Vireo.Cli.Parsing;
using Vireo.Config.Xml;

namespace Vireo.Cli.Commands;

/// <summary><c>change-media</c>: what lies in a drive.</summary>
internal static class MediaCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("eject", "insert");
        command.Exclusive("eject", "update");
        command.Exclusive("insert", "update");
        command.Exclusive("eject", "block");
        var impact = command.Impact();
        var (action, done) = command.Has("eject") ? ("eject", "ejected") : command.Has("insert") ? ("insert", "inserted") : ("update", "updated");
        var path = command.Required("path");
        var source = command.Text("source");
        var domain = await context.DomainAsync();
        var devices = await DeviceSelection.DevicesAsync(context, domain, impact.HasFlag(DomainModificationImpact.Config));
        var drive = DeviceSelection.Disk(devices, path, removable: true);
        if (source is null && !command.Has("eject") && !command.Has("update"))
        {
            throw new CommandException("New disk media source was not specified");
        }
        Change(drive, path, action == "eject" ? null : source, command.Has("block") ? "block" : "file", action == "insert");
        var xml = ElementText.AsItIs(drive);
        if (command.Has("print-xml"))
        {
            context.Print(xml);
            return;
        }
        var flags = (uint)impact | command.Flags(("force", (uint)DomainDeviceModifyFlags.Force));
        await CommandContext.TryAsync($"Failed to complete action {action} on media", () => DeviceChange.UpdateAsync(context, domain, xml, flags));
        context.Confirm($"Successfully {done} media.");
    }

    private static void Change(XElement drive, string path, string? medium, string type, bool mustBeEmpty)
    {
        var before = drive.Element("source");
        if (before is null && medium is null)
        {
            throw new CommandException($"The disk device '{path}' doesn't have media");
        }

        // An empty drive may have a source that says how it is to be treated, and names nothing.
        if (mustBeEmpty && before?.Attributes().Any(attribute => attribute.Name.LocalName is not ("startupPolicy" or "index")) == true)
        {
            throw new CommandException($"The disk device '{path}' already has media");
        }
        before?.Remove();
        drive.SetAttributeValue("type", medium is null ? "file" : type);
        if (medium is not null && drive.Element("target") is { } target)
        {
            var margin = target.PreviousNode as XText;
            target.AddBeforeSelf(new XElement("source", new XAttribute(type == "block" ? "dev" : "file", medium), before?.Attribute("startupPolicy")), margin is null ? null : new XText(margin));
        }
    }
}
