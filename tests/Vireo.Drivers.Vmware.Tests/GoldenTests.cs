namespace Vireo.Drivers.Vmware.Tests;

/// <summary>Cases that a real libvirt 9.0 has answered (scripts/record-vmx): ours are the same, errors with their codes and messages included.</summary>
public sealed class GoldenTests
{
    private const string Head = "config.version = \"8\"\nvirtualHW.version = \"4\"\n";

    [Fact]
    public void Vmx_files_are_read_as_libvirt_reads_them() => GoldenCases.Compare("from-vmx.txt", 450, FromVmx).ShouldBeEmpty();

    [Fact]
    public void Domains_are_written_as_libvirt_writes_them() => GoldenCases.Compare("to-vmx.txt", 350, ToVmx).ShouldBeEmpty();

    private static string FromVmx(string[] lines)
    {
        var vmx = lines is ["!", ..] ? string.Join('\n', lines[1..]) + "\n" : Head + string.Concat(lines.Select(line => line + "\n"));
        return VmxDomain.Parse(vmx, TestHost.Instance).ToXml();
    }

    private static string ToVmx(string[] lines)
    {
        var parts = lines.Select(line => line.Split(": ", 2)).ToLookup(part => part[0], part => part[1]);
        string Part(string name, string otherwise) => parts.Contains(name) ? string.Concat(parts[name]) : otherwise;
        var xml = $"""
            <domain type='{Part("type", "vmware")}'><name>{Part("name", "n")}</name><uuid>{Part("uuid", "564d9bef-acd9-b4e0-c8f0-aea8b9103515")}</uuid>
            {Part("head", "")}{Part("memory", "<memory unit='KiB'>4096</memory>")}{Part("os", "<os><type>hvm</type></os>")}{Part("cpu", "")}
            <devices>{Part("devices", "")}</devices></domain>
            """;
        return VmxDomain.Format(DomainConfig.Parse(xml), TestHost.Instance, int.Parse(Part("hardware", "4"), System.Globalization.CultureInfo.InvariantCulture));
    }
}
