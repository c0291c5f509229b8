using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;

namespace Vireo.Config.Benchmarks;

/// <summary>Domain documents: read into records and written again, beside libxml2's bare parse of the same bytes.</summary>
[MemoryDiagnoser]
public class DomainDocuments
{
    private byte[] _bytes = [];
    private string _text = "";
    private DomainConfig _config = null!;

    /// <summary>How many devices the document has.</summary>
    [Params(4, 200)]
    public int Devices { get; set; }

    /// <summary>Makes the document.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _text = Document(Devices);
        _bytes = Encoding.UTF8.GetBytes(_text);
        _config = DomainConfig.Parse(_text);
        if (_config.ToXml().Length < _text.Length / 2)
        {
            throw new InvalidOperationException("the document was not read");
        }
    }

    /// <summary>What the others are measured by.</summary>
    [Benchmark(Baseline = true, Description = "libxml2's parse alone")]
    public void Bare() => LibXml2.Parse(_bytes);

    /// <summary>From text to records.</summary>
    [Benchmark(Description = "parse into records")]
    public DomainConfig Parse() => DomainConfig.Parse(_text);

    /// <summary>From records to text.</summary>
    [Benchmark(Description = "format")]
    public string Format() => _config.ToXml();

    private static string Document(int devices)
    {
        var text = new StringBuilder("<domain type='qemu' id='1'>\n  <name>guest</name>\n  <memory unit='KiB'>1048576</memory>\n  <os>\n    <type arch='x86_64' machine='pc'>hvm</type>\n  </os>\n  <devices>\n");
        for (var i = 0; i < devices; i++)
        {
            text.Append(i % 2 == 0 ? Disk(i) : Interface(i));
        }

        return text.Append("  </devices>\n</domain>\n").ToString();
    }

    private static string Disk(int i) => Text($"""
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2' cache='none' io='native' discard='unmap'/>
              <source file='/var/lib/images/guest-disk{i}.qcow2' index='{i + 1}'/>
              <backingStore/>
              <target dev='vd{i}' bus='virtio'/>
              <alias name='virtio-disk{i}'/>
              <address type='pci' domain='0x0000' bus='0x{i / 32:x2}' slot='0x{i % 32:x2}' function='0x0'/>
            </disk>

        """);

    private static string Interface(int i) => Text($"""
            <interface type='bridge'>
              <mac address='52:54:00:00:00:{i:x2}'/>
              <source bridge='br0'/>
              <target dev='vnet{i}'/>
              <model type='virtio'/>
              <driver name='vhost' queues='4'/>
              <alias name='net{i}'/>
              <address type='pci' domain='0x0000' bus='0x{i / 32:x2}' slot='0x{i % 32:x2}' function='0x0'/>
            </interface>

        """);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
