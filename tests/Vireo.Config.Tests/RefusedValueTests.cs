namespace Vireo.Config.Tests;

/// <summary>Values a document must not have; codes, domains and messages were read from libvirt 9.0.</summary>
public sealed class RefusedValueTests
{
    private const string Xml = "XML error: ";
    private const string Unsupported = "unsupported configuration: ";

    [Theory]
    [InlineData("<foo/>", 27, 5, Xml + "expecting root element of 'domain', not 'foo'")]
    [InlineData("<domain><uuid>zz</uuid></domain>", 1, 20, "internal error: malformed uuid element")]
    [InlineData("<domain><memory>x</memory></domain>", 27, 5, Xml + "Invalid value 'x' for element or attribute './memory[1]'")]
    [InlineData("<domain><memory>99999999999999999999</memory></domain>", 27, 5, Xml + "Invalid value '99999999999999999999' for element or attribute './memory[1]'")]
    [InlineData("<domain><memory unit='zz'>1</memory></domain>", 8, 0, "invalid argument: unknown suffix 'zz'")]
    [InlineData("<domain><memory unit='EiB'>99</memory></domain>", 82, 0, "numerical overflow: value too large: 99EiB")]
    [InlineData("<domain><vcpu>x</vcpu></domain>", 27, 20, Xml + "maximum vcpus count must be an integer")]
    [InlineData("<domain><vcpu current='x'>1</vcpu></domain>", 27, 5, Xml + "Invalid value for attribute 'current' in element 'vcpu': 'x'. Expected non-negative integer value")]
    [InlineData("<domain><on_crash>zz</on_crash></domain>", 67, 20, Unsupported + "unknown on_crash action: zz")]
    [InlineData("<domain><clock offset='zz'/></domain>", 67, 20, Unsupported + "unknown clock offset 'zz'")]
    [InlineData("<domain><iothreads>x</iothreads></domain>", 27, 20, Xml + "invalid iothreads count 'x'")]
    [InlineData("<domain><features><apic eoi='zz'/></features></domain>", 27, 5, Xml + "Invalid value for attribute 'eoi' in element 'apic': 'zz'.")]
    [InlineData("<domain><os><boot dev='zz'/></os></domain>", 27, 5, Xml + "Invalid value for attribute 'dev' in element 'boot': 'zz'.")]
    public void Domain(string xml, int code, int domain, string message) => Refused(() => DomainConfig.Parse(xml), code, domain, message);

    [Theory]
    [InlineData("<disk type='zz'/>", 27, 5, Xml + "Invalid value for attribute 'type' in element 'disk': 'zz'.")]
    [InlineData("<disk device='zz'/>", 27, 5, Xml + "Invalid value for attribute 'device' in element 'disk': 'zz'.")]
    [InlineData("<disk snapshot='zz'/>", 27, 5, Xml + "Invalid value for attribute 'snapshot' in element 'disk': 'zz'.")]
    [InlineData("<disk><target dev='vda' bus='zz'/></disk>", 27, 5, Xml + "Invalid value for attribute 'bus' in element 'target': 'zz'.")]
    [InlineData("<disk><driver cache='zz'/></disk>", 27, 5, Xml + "Invalid value for attribute 'cache' in element 'driver': 'zz'.")]
    [InlineData("<disk><address type='zz'/></disk>", 67, 20, Unsupported + "unknown address type 'zz'")]
    [InlineData("<disk><address/></disk>", 1, 20, "internal error: No type specified for device address")]
    [InlineData("<interface type='zz'/>", 27, 5, Xml + "Invalid value for attribute 'type' in element 'interface': 'zz'.")]
    [InlineData("<serial type='zz'/>", 67, 20, Unsupported + "unknown type presented to host for character device: zz")]
    [InlineData("<graphics type='zz'/>", 27, 5, Xml + "Invalid value for attribute 'type' in element 'graphics': 'zz'.")]
    [InlineData("<controller type='zz'/>", 27, 5, Xml + "Invalid value for attribute 'type' in element 'controller': 'zz'.")]
    [InlineData("<video><model type='zz'/></video>", 67, 20, Unsupported + "unknown video model 'zz'")]
    [InlineData("<input type='zz'/>", 67, 20, Unsupported + "unknown input device type 'zz'")]
    [InlineData("<watchdog model='i6300esb' action='zz'/>", 67, 20, Unsupported + "unknown watchdog action 'zz'")]
    [InlineData("<memballoon model='zz'/>", 27, 5, Xml + "Invalid value for attribute 'model' in element 'memballoon': 'zz'.")]
    public void Device(string xml, int code, int domain, string message) =>
        Refused(() => DomainConfig.Parse($"<domain><devices>{xml}</devices></domain>"), code, domain, message);

    [Theory]
    [InlineData("<foo/>", 27, 5, Xml + "expecting root element of 'domainsnapshot', not 'foo'")]
    [InlineData("<domainsnapshot><disks><disk name='vda' snapshot='zz'/></disks></domainsnapshot>", 27, 5, Xml + "Invalid value for attribute 'snapshot' in element 'disk': 'zz'.")]
    [InlineData("<domainsnapshot><memory snapshot='zz'/></domainsnapshot>", 27, 5, Xml + "Invalid value for attribute 'snapshot' in element 'memory': 'zz'.")]
    [InlineData("<domainsnapshot><disks><disk name='vda' type='zz'/></disks></domainsnapshot>", 27, 5, Xml + "Invalid value for attribute 'type' in element 'disk': 'zz'.")]
    public void Snapshot(string xml, int code, int domain, string message) => Refused(() => DomainSnapshotConfig.Parse(xml), code, domain, message);

    [Theory]
    [InlineData("<domain/>", 21, "missing name information")]
    [InlineData("<domain type='test'><name/></domain>", 21, "missing name information")]
    [InlineData("<domain><name>a</name><memory>1024</memory><os><type>hvm</type></os></domain>", 1, "internal error: missing domain type attribute")]
    [InlineData("<domain type='zzz'><name>a</name></domain>", 67, Unsupported + "invalid domain type zzz")]
    [InlineData("<domain type='test'><name>a/b</name><memory>1024</memory><os><type>hvm</type></os></domain>", 27, Xml + "name a/b cannot contain '/'")]
    [InlineData("<domain type='test'><name>a</name><memory>1024</memory></domain>", 27, Xml + "an os <type> must be specified")]
    [InlineData("<domain type='test'><name>a</name><os><type>zz</type></os></domain>", 67, Unsupported + "unknown OS type 'zz'")]
    [InlineData("<domain type='test'><name>a</name><os><type>hvm</type></os></domain>", 27, Xml + "Memory size must be specified via <memory> or in the <numa> configuration")]
    [InlineData("<domain type='test'><name>a</name><memory>1024</memory><os><type>hvm</type></os><vcpu current='2'>1</vcpu></domain>", 67, Unsupported + "maximum vCPU count must not be less than current vCPU count")]
    public void Definition(string xml, int code, string message) => Refused(() => DomainConfig.ParseDefinition(xml), code, 20, message);

    // Each line: the code, the domain and (where it is the same) the message that libvirt 9.0 had for the document beside it.
    [Fact]
    public void What_libvirt_refused_is_refused_the_same()
    {
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "refused.txt")))
        {
            var (expected, xml) = (line.Split('\t')[0], line.Split('\t')[1]);
            var words = expected.Split(' ', 3);
            try
            {
                DomainConfig.Parse(xml);
                wrong.Add($"not refused: {line}");
            }
            catch (VireoException e)
            {
                var said = $"{(int)e.Code} {(int)e.Domain} {(words[2].Length > 0 ? e.Message : "")}";
                if (said != expected)
                {
                    wrong.Add($"{said} instead of {line}");
                }
            }
        }

        wrong.ShouldBeEmpty();
    }

    private static void Refused(Action parse, int code, int domain, string message)
    {
        var error = Should.Throw<VireoException>(parse);
        ((int)error.Code, (int)error.Domain, error.Message).ShouldBe((code, domain, message));
    }
}
