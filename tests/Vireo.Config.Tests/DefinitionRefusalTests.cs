namespace Vireo.Config.Tests;

/// <summary>What libvirt refuses to define is refused with its code and its words.</summary>
public sealed class DefinitionRefusalTests
{
    [Theory]
    [InlineData("<network/>", ErrorCode.NoName, "missing name information")]
    [InlineData("<network><name>a/b</name></network>", ErrorCode.XmlDetail, "invalid char in name: /")]
    [InlineData("<network><name>n</name><forward/></network>", ErrorCode.XmlError, "XML error: nat forwarding requested, but no IP address provided for network 'n'")]
    [InlineData("<network><name>n</name><forward mode='private'/><bridge name='b'/></network>", ErrorCode.XmlError, "XML error: bridge name not allowed in private mode (network 'n')")]
    [InlineData("<network><name>n</name><forward mode='x'/></network>", ErrorCode.ConfigUnsupported, "unsupported configuration: unknown forwarding type 'x'")]
    [InlineData("<network><name>n</name><mac address='01:00:00:00:00:00'/></network>", ErrorCode.XmlError, "XML error: Invalid multicast bridge mac address '01:00:00:00:00:00' in network 'n'")]
    [InlineData("<network><name>n</name><ip address='::1'/></network>", ErrorCode.ConfigUnsupported, "unsupported configuration: no family specified for non-IPv4 address '::1' in network 'n'")]
    [InlineData("<network><name>n</name><dns enable='no'><txt name='a' value='b'/></dns></network>", ErrorCode.XmlError, "XML error: Extra data in disabled network 'n'")]
    [InlineData("<network><name>n</name><ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.9' end='10.0.0.5'/></dhcp></ip></network>", ErrorCode.InternalError, "internal error: range 10.0.0.9 - 10.0.0.5 is reversed ")]
    [InlineData("<network><name>n</name><ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.1.2' end='10.0.1.5'/></dhcp></ip></network>", ErrorCode.InternalError, "internal error: range 10.0.1.2 - 10.0.1.5 is not entirely within network 10.0.0.1/24")]
    [InlineData("<network><name>n</name><ip address='10.0.0.1' prefix='24'/><route address='10.1.0.1' prefix='16' gateway='10.0.0.2'/></network>", ErrorCode.XmlError, "XML error: n: Address '10.1.0.1' in route definition is not a network address")]
    public void Networks(string xml, ErrorCode code, string message) => Refused(() => NetworkConfig.ParseDefinition(xml), code, message);

    [Theory]
    [InlineData("<pool type='x'/>", ErrorCode.XmlError, "XML error: Invalid value for attribute 'type' in element 'pool': 'x'.")]
    [InlineData("<pool type='dir'><target><path>/a</path></target></pool>", ErrorCode.XmlError, "XML error: missing pool source name element")]
    [InlineData("<pool type='dir'><name>p</name></pool>", ErrorCode.XmlError, "XML error: missing storage pool target path")]
    [InlineData("<pool type='fs'><name>p</name><source><device path='/dev/a'/><format type='nfs'/></source><target><path>/a</path></target></pool>", ErrorCode.ConfigUnsupported, "unsupported configuration: unknown pool format type nfs")]
    [InlineData("<pool type='disk'><name>p</name><features><cow state='yes'/></features></pool>", ErrorCode.NoSupport, "this function is not supported by the connection driver: cow feature may only be used for 'fs' and 'dir' pools")]
    [InlineData("<pool type='dir'><name>p</name><target><path>/a</path><permissions><mode>999</mode></permissions></target></pool>", ErrorCode.XmlError, "XML error: malformed octal mode")]
    public void Pools(string xml, ErrorCode code, string message) => Refused(() => StoragePoolConfig.ParseDefinition(xml), code, message);

    [Theory]
    [InlineData("<volume><capacity>1</capacity></volume>", ErrorCode.XmlError, "XML error: missing volume name element")]
    [InlineData("<volume><name>v</name></volume>", ErrorCode.XmlError, "XML error: missing capacity element")]
    [InlineData("<volume><name>v</name><capacity unit='EiB'>100</capacity></volume>", ErrorCode.Overflow, "numerical overflow: value too large: 100EiB")]
    [InlineData("<volume><name>v</name><capacity>1</capacity><target><format type='x'/></target></volume>", ErrorCode.ConfigUnsupported, "unsupported configuration: unknown volume format type x")]
    [InlineData("<volume><name>v</name><capacity>1</capacity><target><compat>x</compat></target></volume>", ErrorCode.XmlError, "XML error: forbidden characters in 'compat' attribute")]
    public void Volumes(string xml, ErrorCode code, string message) => Refused(() => StorageVolumeConfig.ParseDefinition(xml, StoragePoolType.Dir), code, message);

    [Theory]
    [InlineData("<secret ephemeral='x'/>", ErrorCode.XmlError, "XML error: invalid value of 'ephemeral'")]
    [InlineData("<secret><usage type='x'/></secret>", ErrorCode.ConfigUnsupported, "unsupported configuration: unknown secret usage type x")]
    [InlineData("<secret><usage type='iscsi'><name>a</name></usage></secret>", ErrorCode.InternalError, "internal error: iSCSI usage specified, but target is missing")]
    public void Secrets(string xml, ErrorCode code, string message) => Refused(() => SecretConfig.ParseDefinition(xml), code, message);

    [Theory]
    [InlineData("<filter/>", ErrorCode.InternalError, "internal error: filter has no name")]
    [InlineData("<filter name='f' chain='arp,x'/>", ErrorCode.InvalidArg, "invalid argument: Chain name contains invalid characters")]
    [InlineData("<filter name='f' chain='arp' priority='1001'/>", ErrorCode.InvalidArg, "invalid argument: Priority '1001' is outside valid range of [-1000,1000]")]
    [InlineData("<filter name='f'><filterref filter='f'/></filter>", ErrorCode.OperationFailed, "operation failed: filter would introduce a loop")]
    [InlineData("<filter name='f'><rule action='x' direction='in'/></filter>", ErrorCode.ConfigUnsupported, "unsupported configuration: unknown rule action attribute value")]
    [InlineData("<filter name='f'><rule action='drop' direction='in'><tcp srcportstart='65536'/></rule></filter>", ErrorCode.InternalError, "internal error: srcportstart has illegal value 65536")]
    [InlineData("<filter name='f'><rule action='drop' direction='in'><mac srcmacmask='ff:00:ff:00:00:00'/></rule></filter>", ErrorCode.InternalError, "internal error: srcmacmask has illegal value ff:00:ff:00:00:00")]
    public void Filters(string xml, ErrorCode code, string message) => Refused(() => FilterConfig.ParseDefinition(xml), code, message);

    [Theory]
    [InlineData("<filterbinding/>", "filter binding has no port dev name")]
    [InlineData("<filterbinding><portdev name='p'/><mac address='x'/></filterbinding>", "Unable to parse MAC 'x'")]
    public void Filter_bindings(string xml, string detail) =>
        Refused(() => FilterBindingConfig.ParseDefinition(xml), ErrorCode.InternalError, "internal error: " + detail);

    [Fact]
    public void Ports() => Refused(() => NetworkPortConfig.ParseDefinition("<networkport/>"), ErrorCode.InternalError, "internal error: network port has no uuid");

    private static void Refused(Action define, ErrorCode code, string message)
    {
        var refusal = Should.Throw<VireoException>(define);
        (refusal.Code, refusal.Message).ShouldBe((code, message));
    }
}
