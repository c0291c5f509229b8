namespace Vireo.Drivers.Bhyve.Tests;

/// <summary>Spoiled commands and documents: whatever they are, they are understood or refused, and nothing else.</summary>
public sealed class HostileInputTests
{
    private const int Rounds = 6000;

    private static readonly string[] s_pieces =
    [
        "\"", "'", "\0", "\n", "\r\n", "\\", "\\\n", ",", ":", "=", "-", "--", " ", "ä", "\ud800", "-1", "0", "99999999999999999999", "4294967296", "/usr/sbin/bhyve ", "-s 2:0,virtio-blk,/d",
        "-l com1,/dev/nmdm0A", "-c cpus=65535,sockets=65535,cores=65535,threads=65535", "fbuf,tcp=[", "mac=", "<", "&#0;", "bus='sata'", "type='pci'", "slot='31'",
    ];

    private static readonly string[] s_commands =
    [
        "/usr/sbin/bhyveload -m 214 -d /d.img n\n/usr/sbin/bhyve -c 2 -m 214 -A -I -u -H -P -s 0:0,hostbridge -s 2:0,ahci-hd,/d.img -s 3:0,virtio-net,tap0,mac=52:54:00:00:00:01 -l com1,/dev/nmdm0A n\n",
        "/usr/sbin/bhyve -c cpus=2,sockets=1,cores=2 -m 1G -s 2,fbuf,tcp=0.0.0.0:5900,w=800,h=600 -l bootrom,/f.fd -U 2a793ea6-8e52-440a-8458-355e98492e17 n\n",
        "/grub-bhyve --root 'hd0,msdos1' n\n/usr/sbin/bhyve -m 64 -s 1:0:0,e1000,tap1 n\n",
    ];

    [Fact]
    public void Spoiled_commands_are_read_or_refused() => SpoiledText.FindHarm(text => _ = BhyveDomain.FromNative(text).ToXml(), s_commands, s_pieces, Rounds).ShouldBeNull();

    [Fact]
    public void What_is_read_from_spoiled_commands_is_written_or_refused() => SpoiledText.FindHarm(text => _ = Guests.Native(BhyveDomain.FromNative(text)), s_commands, s_pieces, Rounds).ShouldBeNull();

    [Fact]
    public void Spoiled_documents_are_written_or_refused()
    {
        string[] documents =
        [
            Guests.Make("<controller type='usb' model='nec-xhci'/><input type='tablet' bus='usb'/><sound model='ich7'/><filesystem><source dir='/d'/><target dir='d'/></filesystem>").ToXml(),
            Guests.Make("<graphics type='vnc' port='5904'/><serial type='nmdm'><source master='/dev/nmdm0A' slave='/dev/nmdm0B'/></serial>", "<loader readonly='yes' type='pflash'>/f</loader>").ToXml(),
            Guests.Make(head: "<bootloader>/grub-bhyve</bootloader>").ToXml(),
        ];
        SpoiledText.FindHarm(xml => _ = Guests.Native(DomainConfig.Parse(xml)), documents, s_pieces, Rounds).ShouldBeNull();
    }

    [Fact]
    public void Spoiled_records_are_written_or_refused()
    {
        foreach (var domain in (ReadOnlySpan<DomainConfig>)[new(), Guests.Make() with { Name = null }, Guests.Make() with { Os = new() }, Guests.Make() with { Vcpu = null }, Guests.Make() with { Name = "a\0b" }])
            SpoiledText.FindHarm(_ => Guests.Native(domain), ["x"], ["y"], 1).ShouldBeNull();
    }

    [Fact]
    public void A_text_of_more_than_a_mebibyte_is_refused() =>
        Should.Throw<VireoException>(() => BhyveDomain.FromNative("/usr/sbin/bhyve -m 64 " + new string('n', 1 << 20))).Code.ShouldBe(ErrorCode.InternalError);

    [Fact]
    public void Counts_that_no_guest_has_cost_nothing()
    {
        var drives = "<disk type='file'><source file='/d'/><target dev='sda' bus='sata'/><address type='drive' controller='4294967295' unit='4294967295'/></disk>";
        Guests.Refusal(Guests.Make(disk: drives)).Code.ShouldBe(ErrorCode.InternalError);
        Should.Throw<VireoException>(() => BhyveDomain.FromNative("/usr/sbin/bhyve " + string.Concat(Enumerable.Repeat("-s 2,e1000,tap0 ", 300)) + "n")).Code.ShouldBe(ErrorCode.OperationFailed);
    }
}
