using System.Text;

namespace Vireo.Drivers.Vmware.Tests;

/// <summary>A file's encoding, the names of files, and what the driver knows beside.</summary>
public sealed class FileTests
{
    private const string Head = "config.version = \"8\"\nvirtualHW.version = \"4\"\n";

    [Theory]
    [InlineData("UTF-8", "c3 a4")]
    [InlineData("windows-1252", "e4")]
    [InlineData("ISO-8859-1", "e4")]
    [InlineData("Shift_JIS", "8e 52")]
    [InlineData("GBK", "c9 bd")]
    public void Bytes_are_read_in_the_encoding_that_the_file_tells(string encoding, string hex)
    {
        var name = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        byte[] vmx = [.. Encoding.ASCII.GetBytes($".Encoding = \"{encoding}\"\n{Head}displayName = \""), .. name, .. "\"\n"u8];

        VmxDomain.Parse(vmx, TestHost.Instance).Name.ShouldBe(encoding is "Shift_JIS" or "GBK" ? "山" : "ä");
    }

    [Fact]
    public void An_unknown_encoding_is_refused_as_libvirt_does()
    {
        var bytes = Encoding.ASCII.GetBytes(".encoding = \"nonsense\"\n" + Head);
        Should.Throw<VireoException>(() => VmxDomain.Parse(bytes, TestHost.Instance)).Message.ShouldBe("internal error: libxml2 doesn't handle nonsense encoding");
    }

    [Theory]
    [InlineData("a.vmdk", "[store] there/a.vmdk")]
    [InlineData("/vmfs/volumes/other/b/a.vmdk", "[other] b/a.vmdk")]
    [InlineData("/x/a.vmdk", "/x/a.vmdk")]
    public void Datastore_paths_are_made_of_the_names_in_vmx_files(string vmx, string document) => DatastorePath.FromVmx(vmx, "store", "there").ShouldBe(document);

    [Theory]
    [InlineData("[other] b/a.vmdk", "/vmfs/volumes/other/b/a.vmdk")]
    [InlineData("[other]a.vmdk", "/vmfs/volumes/other/a.vmdk")]
    [InlineData("/x/a.vmdk", "/x/a.vmdk")]
    public void Datastore_paths_are_written_as_vmx_files_have_them(string document, string vmx) => DatastorePath.ToVmx(document).ShouldBe(vmx);

    [Theory]
    [InlineData("a.vmdk")]
    [InlineData("[x")]
    [InlineData("[x] ")]
    [InlineData("[] a")]
    [InlineData("")]
    public void What_is_no_datastore_path_is_refused(string document) =>
        Should.Throw<VireoException>(() => DatastorePath.ToVmx(document)).Code.ShouldBe(ErrorCode.InternalError);

    [Theory]
    [InlineData("/vmfs/volumes/")]
    [InlineData("/vmfs/volumes/a")]
    [InlineData("/vmfs/volumes/a/")]
    [InlineData("/vmfs/volumes//a")]
    public void A_volume_without_a_file_is_refused(string vmx) => Should.Throw<VireoException>(() => DatastorePath.FromVmx(vmx, "s", "d")).Code.ShouldBe(ErrorCode.InternalError);

    [Fact]
    public void The_driver_tells_where_the_guest_is_kept()
    {
        var domain = VmxDomain.Parse(Head, new TestHost("folder/center", "vm-7"));

        (domain.VmwareDatacenterPath, domain.VmwareMoref).ShouldBe(("folder/center", "vm-7"));
        var xml = domain.ToXml();
        xml.ShouldContain("  <vmware:datacenterpath>folder/center</vmware:datacenterpath>\n  <vmware:moref>vm-7</vmware:moref>\n");
        DomainConfig.Parse(xml).ShouldBe(domain);
    }

    [Fact]
    public void Desktop_products_name_files_alike_on_both_sides()
    {
        var domain = VmxDomain.Parse(Head + "displayName = \"n\"\nide0:0.present = \"true\"\nide0:0.fileName = \"a.vmdk\"\n", new PlainVmxHost());

        domain.Devices.Disks[0].Source!.File.ShouldBe("a.vmdk");
        VmxDomain.Format(domain, new PlainVmxHost(), 8).ShouldContain("ide0:0.fileName = \"a.vmdk\"\n");
    }

    [Fact]
    public void An_identity_and_addresses_are_made_where_there_are_none()
    {
        var domain = DomainConfig.Parse("<domain type='vmware'><name>n</name><memory>4096</memory><os><type>hvm</type></os><devices><interface type='user'/></devices></domain>");

        var read = VmxDomain.Parse(VmxDomain.Format(domain, TestHost.Instance, 4), TestHost.Instance);

        read.Uuid.ShouldNotBe(Guid.Empty);
        read.Devices.Interfaces[0].Mac!.Address!.ShouldStartWith("00:0c:29:");
    }
}
