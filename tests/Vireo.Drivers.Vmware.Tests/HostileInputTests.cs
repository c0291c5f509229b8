using Vireo.Config.Conf;
using System.Text;

namespace Vireo.Drivers.Vmware.Tests;

/// <summary>Spoiled files and documents: whatever they are, they are understood or refused, and nothing else.</summary>
public sealed class HostileInputTests
{
    private const int Rounds = 6000;

    private static readonly string[] s_pieces =
    [
        "\"", "'", "\"\"\"", "\0", "\n", "\r\n", "=", ";", "#", "|", "|22", "|00", "|ff", "%", "%2f", "ä", "\ud800", "-1", "0", "99999999999999999999", "9223372036854775807",
        "unlimited", "true", "false", "scsi0:0", "ethernet", "sharedFolder", ".present", "[", "]", "/vmfs/volumes/", "/vmfs/volumes/a", "://", "tcp://[", "emptyBackingString",
    ];

    [Fact]
    public void Spoiled_vmx_files_are_read_or_refused() => Spoil(vmx => _ = VmxDomain.Parse(vmx, TestHost.Instance).ToXml(), Golden("from-vmx.txt"));

    [Fact]
    public void Spoiled_bytes_are_read_or_refused() =>
        Spoil(vmx => _ = VmxDomain.Parse(Encoding.Latin1.GetBytes(vmx), TestHost.Instance), [".encoding = \"windows-1252\"\ndisplayName = \"\u00e4\"\n", .. Golden("from-vmx.txt").Take(50)]);

    [Fact]
    public void What_is_read_from_a_spoiled_vmx_file_can_be_written_or_is_refused() => Spoil(vmx => WriteAndRead(VmxDomain.Parse(vmx, TestHost.Instance)), Golden("from-vmx.txt"));

    [Fact]
    public void Spoiled_documents_are_written_or_refused() =>
        Spoil(xml => WriteAndRead(DomainConfig.Parse(xml)), [.. Golden("from-vmx.txt").Select(Xml).OfType<string>()]);

    [Fact]
    public void A_file_of_more_than_a_mebibyte_is_refused()
    {
        var largest = "#" + new string('x', ConfReader.MostCharacters - 1);
        Should.Throw<VireoException>(() => VmxDomain.Parse(largest, TestHost.Instance)).Code.ShouldBe(ErrorCode.InternalError);
        Should.Throw<VireoException>(() => VmxDomain.Parse(largest + "x", TestHost.Instance)).Code.ShouldBe(ErrorCode.ConfSyntax);
        Should.Throw<VireoException>(() => VmxDomain.Parse(Encoding.ASCII.GetBytes(largest + "xx"), TestHost.Instance)).Code.ShouldBe(ErrorCode.ConfSyntax);
    }

    [Fact]
    public void A_count_that_no_file_has_costs_nothing()
    {
        const string Vmx = "config.version = \"8\"\nvirtualHW.version = \"4\"\nisolation.tools.hgfs.disable = \"false\"\nsharedFolder.maxNum = \"9223372036854775807\"\n";
        VmxDomain.Parse(Vmx, TestHost.Instance).Devices.Filesystems.ShouldBeEmpty();
        VmxDomain.Parse(Vmx + "ethernet2147483647.present = \"true\"\n", TestHost.Instance).Devices.Interfaces.Count.ShouldBe(1);
    }

    /// <summary>What is written can be read.</summary>
    private static void WriteAndRead(DomainConfig domain)
    {
        var written = VmxDomain.Format(domain, TestHost.Instance, 4);
        try
        {
            VmxDomain.Parse(written, TestHost.Instance);
        }
        catch (VireoException refused)
        {
            throw new InvalidOperationException(written, refused);
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0-99999999")]
    [InlineData("-")]
    [InlineData("^x")]
    public void A_set_of_cpus_that_no_document_has_read_is_refused(string cpuset)
    {
        var domain = VmxDomain.Parse("config.version = \"8\"\nvirtualHW.version = \"4\"\n", TestHost.Instance);
        var spoiled = domain with { Vcpu = domain.Vcpu! with { Cpuset = cpuset } };
        Should.Throw<VireoException>(() => VmxDomain.Format(spoiled, TestHost.Instance, 4)).Code.ShouldBe(ErrorCode.InvalidArg);
    }

    private static void Spoil(Action<string> use, IReadOnlyList<string> seeds) => SpoiledText.FindHarm(use, seeds, s_pieces, Rounds).ShouldBeNull();

    private static List<string> Golden(string name) =>
        [.. GoldenCases.Questions(name).Select(lines => $"config.version = \"8\"\nvirtualHW.version = \"4\"\n{string.Join('\n', lines.Where(line => line != "!"))}\n")];

    private static string? Xml(string vmx)
    {
        try
        {
            return VmxDomain.Parse(vmx, TestHost.Instance).ToXml();
        }
        catch (VireoException)
        {
            return null;
        }
    }
}
