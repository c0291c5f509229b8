using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>What the machine's firmware tells of it (SMBIOS) and hands on to the guest (fw_cfg).</summary>
internal static class SystemInformation
{
    /// <summary>Adds it.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: the document wants its own information and gives none; VIR_ERR_CONFIG_UNSUPPORTED: that of the host.</exception>
    public static void Add(ArgumentList arguments, DomainConfig config)
    {
        foreach (var information in config.Sysinfos.Where(s => s.Type == SysinfoType.Fwcfg))
        {
            foreach (var entry in information.Entries)
            {
                arguments.Add("-fw_cfg", new OptionList().With("name", entry.Name).With("file", entry.File).With("string", entry.File is null ? entry.Text : null).ToString());
            }
        }

        if (config.Os.SmbiosMode is null or SmbiosMode.Emulate)
        {
            return;
        }

        Unsupported.When(config.Os.SmbiosMode == SmbiosMode.Host, "<smbios mode='host'>");
        var own = config.Sysinfos.Find(s => s.Type == SysinfoType.Smbios)
            ?? throw new VireoException(ErrorCode.XmlError, ErrorDomain.Qemu, $"Domain '{config.Name}' sysinfo are not available");
        Table(arguments, 0, own.Bios, ["vendor", "version", "date", "release"]);
        Table(arguments, 1, own.System, ["manufacturer", "product", "version", "serial", "uuid", "sku", "family"]);
        Unsupported.When(own.BaseBoards.Count > 1, "more than one <baseBoard>", "is not supported by QEMU");
        foreach (var board in own.BaseBoards)
        {
            Table(arguments, 2, board.Entries, ["manufacturer", "product", "version", "serial", "asset", "location"]);
        }

        Table(arguments, 3, own.Chassis, ["manufacturer", "version", "serial", "asset", "sku"]);
        if (!own.OemStrings.IsEmpty)
        {
            var value = Type(11);
            foreach (var text in own.OemStrings)
            {
                value.With("value", text);
            }

            arguments.Add("-smbios", value.ToString());
        }
    }

    private static void Table(ArgumentList arguments, int type, ConfigList<NamedText> entries, IReadOnlyList<string> names)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        var value = Type(type);
        foreach (var name in names)
        {
            value.With(name, entries.Find(e => e.Name == name)?.Text);
        }

        arguments.Add("-smbios", value.ToString());
    }

    private static OptionList Type(int number) => new OptionList().With("type", number.ToString(CultureInfo.InvariantCulture));
}
