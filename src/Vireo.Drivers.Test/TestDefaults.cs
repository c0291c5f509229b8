using System.Globalization;
using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Test;

/// <summary>The host and the domain of <c>test:///default</c>, as clients of libvirt know them.</summary>
internal static class TestDefaults
{
    /// <summary>Memory of the pretended host, in KiB.</summary>
    public const ulong MemoryKiB = 3 * 1024 * 1024;

    private const string DomainXml = """
        <domain type='test'>
          <name>test</name>
          <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
          <memory unit='KiB'>8388608</memory>
          <currentMemory unit='KiB'>2097152</currentMemory>
          <vcpu placement='static'>2</vcpu>
          <os>
            <type arch='i686'>hvm</type>
            <boot dev='hd'/>
          </os>
          <clock offset='utc'/>
          <on_poweroff>destroy</on_poweroff>
          <on_reboot>restart</on_reboot>
          <on_crash>destroy</on_crash>
          <devices>
            <disk type='file' device='disk'>
              <source file='/guest/diskimage1'/>
              <target dev='vda' bus='virtio'/>
              <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
            </disk>
            <interface type='network'>
              <mac address='aa:bb:cc:dd:ee:ff'/>
              <source network='default'/>
              <target dev='testnet0'/>
              <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0'/>
            </interface>
            <memballoon model='virtio'>
              <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/>
            </memballoon>
          </devices>
        </domain>
        """;

    /// <summary>The node of <c>test:///default</c>.</summary>
    public static TestNode Node => new([new TestNodeDomain(DomainConfig.Parse(DomainXml), Running: true)], TestNodeCpus.Default);

    /// <summary>The host's capabilities document.</summary>
    public static string Capabilities(TestNodeCpus cpus)
    {
        var text = new StringBuilder("<capabilities>\n\n  <host>\n    <cpu>\n");
        text.Append(CultureInfo.InvariantCulture, $"      <arch>{cpus.Model}</arch>\n      <features>\n        <pae/>\n        <nonpae/>\n      </features>\n");
        text.Append("    </cpu>\n    <power_management/>\n    <iommu support='no'/>\n    <topology>\n");
        text.Append(CultureInfo.InvariantCulture, $"      <cells num='{cpus.Nodes}'>\n");
        var perCell = cpus.Active / cpus.Nodes;
        for (var cell = 0; cell < cpus.Nodes; cell++)
        {
            text.Append(CultureInfo.InvariantCulture, $"        <cell id='{cell}'>\n          <memory unit='KiB'>{(ulong)(cell + 1) * 2097152}</memory>\n");
            text.Append(CultureInfo.InvariantCulture, $"          <cpus num='{perCell}'>\n");
            for (var cpu = cell * perCell; cpu < (cell + 1) * perCell; cpu++)
            {
                text.Append(CultureInfo.InvariantCulture, $"            <cpu id='{cpu}' socket_id='{cell}' die_id='0' core_id='{cpu % perCell}' siblings='{cpu}'/>\n");
            }

            text.Append("          </cpus>\n        </cell>\n");
        }

        text.Append("      </cells>\n    </topology>\n    <secmodel>\n      <model>testSecurity</model>\n      <doi></doi>\n    </secmodel>\n  </host>\n\n");
        foreach (var os in (ReadOnlySpan<string>)["hvm", "xen"])
        {
            text.Append(CultureInfo.InvariantCulture, $"  <guest>\n    <os_type>{os}</os_type>\n    <arch name='{cpus.Model}'>\n      <wordsize>32</wordsize>\n");
            text.Append("      <emulator>/usr/bin/test-hv</emulator>\n      <domain type='test'/>\n    </arch>\n    <features>\n      <pae/>\n      <nonpae/>\n    </features>\n  </guest>\n\n");
        }

        return text.Append("</capabilities>\n").ToString();
    }
}
