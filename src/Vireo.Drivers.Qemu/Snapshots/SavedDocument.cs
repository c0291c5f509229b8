using System.Xml.Linq;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>A domain's document as a snapshot keeps it: what the domain is, without what is true of one running process only.</summary>
internal static class SavedDocument
{
    /// <summary>The document to keep.</summary>
    public static DomainConfig Of(DomainConfig config)
    {
        var root = XElement.Parse(config.ToXml());
        root.SetAttributeValue("id", null);
        if (root.Element("devices") is { } devices)
        {
            foreach (var device in devices.Elements())
            {
                Strip(device);
            }
        }

        return DomainConfig.Parse(root.ToString());
    }

    private static void Strip(XElement device)
    {
        device.Elements("alias").Where(a => (string?)a.Attribute("name") is not { } name || !name.StartsWith("ua-", StringComparison.Ordinal)).Remove();
        switch (device.Name.LocalName)
        {
            case "disk":
                device.Elements("backingStore").Remove();
                device.Elements("mirror").Remove();
                device.Element("source")?.SetAttributeValue("index", null);
                break;
            case "serial" or "parallel" or "console" or "channel" when (string?)device.Attribute("type") == "pty":
                device.SetAttributeValue("tty", null);
                device.Elements("source").Remove();
                break;
            case "graphics" when (string?)device.Attribute("autoport") == "yes":
                device.SetAttributeValue("port", "-1");
                device.SetAttributeValue("tlsPort", null);
                device.SetAttributeValue("websocket", device.Attribute("websocket") is null ? null : "-1");
                break;
            case "interface":
                device.Elements("target").Where(t => ((string?)t.Attribute("dev"))?.StartsWith("vnet", StringComparison.Ordinal) == true).Remove();
                break;
        }
    }
}
