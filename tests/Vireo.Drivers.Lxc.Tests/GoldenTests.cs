using System.Text.RegularExpressions;

namespace Vireo.Drivers.Lxc.Tests;

/// <summary>Cases that a real libvirt 9.0 has answered (scripts/record-lxc): ours are the same, errors with their codes and messages included.</summary>
public sealed partial class GoldenTests
{
    [Fact]
    public void Configurations_are_read_as_libvirt_reads_them() => GoldenCases.Compare("from-lxc.txt", 420, FromLxc).ShouldBeEmpty();

    [Fact]
    public void Definitions_are_completed_as_by_libvirt() => GoldenCases.Compare("define.txt", 180, Define).ShouldBeEmpty();

    private static string FromLxc(string[] lines) => Settle(LxcDomain.FromNative(Config(lines), TestHost.Debian).ToXml());

    /// <summary>The configuration of a case.</summary>
    internal static string Config(string[] lines) => lines is ["!", ..] ? string.Join('\n', lines[1..]) + "\n" : "lxc.rootfs = /r\nlxc.utsname = n\n" + string.Concat(lines.Select(line => line + "\n"));

    private static string Define(string[] lines) => Settle(LxcDomain.Complete(DomainConfig.Parse(Document(lines)), TestHost.Debian).ToXml());

    /// <summary>The document of a case.</summary>
    internal static string Document(string[] lines)
    {
        var parts = lines.Select(line => line.Split(": ", 2)).ToLookup(part => part[0], part => part.Length > 1 ? part[1] : "");
        string Part(string name, string otherwise) => parts.Contains(name) ? string.Concat(parts[name]) : otherwise;
        return $"""
            <domain type='{Part("type", "lxc")}' xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'><name>{Part("name", "n")}</name><uuid>8369f1ac-7e46-e869-4ca5-759d51478066</uuid>
            {Part("head", "")}{Part("memory", "<memory unit='KiB'>65536</memory>")}{Part("os", "<os><type>exe</type><init>/sbin/init</init></os>")}{Part("tail", "")}
            <devices>{Part("devices", "")}</devices>{Part("end", "")}</domain>
            """;
    }

    private static string Settle(string xml) => Uuid().Replace(Mac().Replace(xml, "52:54:00:00:00:00"), "<uuid/>");

    [GeneratedRegex("52:54:00(:[0-9a-f]{2}){3}")]
    private static partial Regex Mac();

    [GeneratedRegex("<uuid>.*</uuid>")]
    private static partial Regex Uuid();
}
