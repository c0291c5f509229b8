namespace Vireo.Drivers.Lxc.Tests;

/// <summary>Spoiled configurations and documents: whatever they are, they are understood or refused, and nothing else.</summary>
public sealed class HostileInputTests
{
    private const int Rounds = 6000;

    private static readonly string[] s_pieces =
    [
        "\"", "'", "\"\"\"", "\0", "\n", "\r\n", "=", ";", "#", ".", "/", ",", " ", "\t", "ä", "\ud800", "-1", "0", "99999999999999999999", "4294967296", "18446744073709551615", "1E", "%",
        "lxc.network.type = veth\n", "lxc.net.0.type = phys\n", "lxc.tty = 1000\n", "lxc.cgroup.", "::1/128", "&#0;", "<console/>", "<address type='pci'/>", "type='none'", "units='EiB'",
    ];

    [Fact]
    public void Spoiled_configurations_are_read_or_refused() => SpoiledText.FindHarm(
        text => _ = LxcDomain.FromNative(text, TestHost.Debian).ToXml(), [.. GoldenCases.Questions("from-lxc.txt").Select(GoldenTests.Config)], s_pieces, Rounds).ShouldBeNull();

    [Fact]
    public void What_is_read_from_a_spoiled_configuration_is_completed_or_refused() => SpoiledText.FindHarm(
        text => _ = LxcDomain.Complete(LxcDomain.FromNative(text, TestHost.Debian), TestHost.Debian).ToXml(), [.. GoldenCases.Questions("from-lxc.txt").Select(GoldenTests.Config)], s_pieces, Rounds).ShouldBeNull();

    [Fact]
    public void Spoiled_documents_are_completed_or_refused() => SpoiledText.FindHarm(
        xml => _ = LxcDomain.Complete(DomainConfig.Parse(xml), TestHost.Debian).ToXml(), [.. GoldenCases.Questions("define.txt").Select(GoldenTests.Document)], s_pieces, Rounds).ShouldBeNull();

    [Fact]
    public void A_file_of_more_than_a_mebibyte_is_refused()
    {
        var config = GoldenTests.Config([]);
        var largest = config + "#" + new string('x', (1 << 20) - config.Length - 1);
        LxcDomain.FromNative(largest, TestHost.Debian).Name.ShouldBe("n");
        Should.Throw<VireoException>(() => LxcDomain.FromNative(largest + "x", TestHost.Debian)).Code.ShouldBe(ErrorCode.ConfSyntax);
    }

    [Fact]
    public void As_many_entries_as_fit_are_read_at_once()
    {
        var config = GoldenTests.Config([string.Concat(Enumerable.Range(0, 16000).Select(i => $"lxc.cgroup.blkio.device_weight = 8:{i} 500\n"))]);
        LxcDomain.FromNative(config, TestHost.Debian).Blkiotune!.Devices.Count.ShouldBe(16000);
        Should.Throw<VireoException>(() => LxcDomain.FromNative(GoldenTests.Config([string.Concat(Enumerable.Repeat("lxc.network.type = veth\n", 2000))]), TestHost.Debian)).Code.ShouldBe(ErrorCode.InternalError);
    }

    [Fact]
    public void What_is_complete_is_left_as_it_is()
    {
        foreach (var lines in GoldenCases.Questions("define.txt"))
        {
            try
            {
                var once = LxcDomain.Complete(DomainConfig.Parse(GoldenTests.Document(lines)), TestHost.Debian);
                LxcDomain.Complete(once, TestHost.Debian).ShouldBe(once, string.Join('\n', lines));
            }
            catch (VireoException)
            {
                // Refused at first.
            }
        }
    }
}
