using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu.Tests.Defaults;

/// <summary>Groups of disks that share limits, as libvirt 11.3 takes and refuses them.</summary>
public sealed class ThrottleChecksTests
{
    private const string Group = "<throttlegroup><group_name>a</group_name><total_iops_sec>10</total_iops_sec></throttlegroup>";
    private const string Filter = "<throttlefilter group='a'/>";

    [Theory]
    [InlineData("<throttlegroup><total_iops_sec>3</total_iops_sec></throttlegroup>", "", ErrorCode.XmlError, "XML error: missing group name")]
    [InlineData("<throttlegroup><group_name></group_name></throttlegroup>", "", ErrorCode.XmlError, "XML error: missing group name")]
    [InlineData(Group + Group, "", ErrorCode.XmlError, "XML error: duplicate group name 'a' found")]
    [InlineData("<throttlegroup><group_name>a</group_name><total_iops_sec>x</total_iops_sec></throttlegroup>", "", ErrorCode.XmlError, "XML error: throttle group field 'total_iops_sec' must be an integer")]
    [InlineData("<throttlegroup><group_name>a</group_name><total_iops_sec>5</total_iops_sec><read_iops_sec>5</read_iops_sec></throttlegroup>", "", ErrorCode.XmlError, "XML error: total and read/write iops_sec cannot be set at the same time")]
    [InlineData("<throttlegroup><group_name>a</group_name><total_bytes_sec_max>5</total_bytes_sec_max><write_bytes_sec_max>5</write_bytes_sec_max></throttlegroup>", "", ErrorCode.XmlError,
        "XML error: total and read/write bytes_sec_max cannot be set at the same time")]
    [InlineData(Group, "<throttlefilters><throttlefilter group='z'/></throttlefilters>", ErrorCode.XmlError, "XML error: throttle group 'z' not found")]
    [InlineData(Group, "<throttlefilters><throttlefilter/></throttlefilters>", ErrorCode.XmlError, "XML error: throttle group '' not found")]
    [InlineData(Group, "<throttlefilters>" + Filter + Filter + "</throttlefilters>", ErrorCode.XmlError, "XML error: duplicate filter name 'a' found")]
    [InlineData(Group, "<throttlefilters>" + Filter + "</throttlefilters><iotune><total_iops_sec>5</total_iops_sec></iotune>", ErrorCode.OperationUnsupported,
        "Operation not supported: block 'throttlefilters' can't be used together with 'iotune' for disk 'sda'")]
    public void It_is_refused(string groups, string disk, ErrorCode code, string message) => Refused(groups, "disk", disk, code, message);

    [Fact]
    public void A_cdrom_has_no_limits_of_groups() =>
        Refused(Group, "cdrom", "<throttlefilters>" + Filter + "</throttlefilters>", ErrorCode.OperationUnsupported, "Operation not supported: cdrom device with throttle filters isn't supported");

    [Fact]
    public void A_document_shows_them_as_libvirt_does()
    {
        var text = Complete("<throttlegroup><group_name>a</group_name><total_iops_sec>10</total_iops_sec><read_bytes_sec>0</read_bytes_sec></throttlegroup>", "disk", "<throttlefilters>" + Filter + "</throttlefilters><iotune/><serial>x</serial>").ToXml();
        text.ShouldContain("""
              <throttlegroups>
                <throttlegroup>
                  <total_iops_sec>10</total_iops_sec>
                  <group_name>a</group_name>
                </throttlegroup>
              </throttlegroups>
              <os>
            """);
        text.ShouldContain("""
                  <target dev='sda' bus='sata'/>
                  <throttlefilters>
                    <throttlefilter group='a'/>
                  </throttlefilters>
                  <serial>x</serial>
            """);
    }

    [Fact]
    public void A_group_that_a_disk_belongs_to_stays()
    {
        var config = Complete(Group, "disk", "<throttlefilters>" + Filter + "</throttlefilters>");
        Should.Throw<VireoException>(() => ThrottleGroups.Without(config, "a")).Message.ShouldBe("invalid argument: throttle group 'a' is still being used by disk sda");
        ThrottleGroups.Without(config, "b").ShouldBe(config);
    }

    [Fact]
    public void What_is_set_joins_what_was()
    {
        var config = ThrottleGroups.With(Complete(Group, "disk", ""), "a", [TypedParam.Of("read_bytes_sec", 7UL), TypedParam.Of("group_name", "another")]);
        config = ThrottleGroups.With(config, "b", [TypedParam.Of("total_iops_sec", 0UL)]);
        config.Throttlegroups.ShouldBe([new ThrottleGroup { GroupName = "a", TotalIopsSec = 10, ReadBytesSec = 7 }, new ThrottleGroup { GroupName = "b" }]);
    }

    private static void Refused(string groups, string kind, string disk, ErrorCode code, string message)
    {
        var refused = Should.Throw<VireoException>(() => Complete(groups, kind, disk));
        (refused.Code, refused.Message).ShouldBe((code, message));
    }

    private static DomainConfig Complete(string groups, string kind, string disk) => DomainDefaults.Apply(
        DomainConfig.Parse($"<domain type='qemu'><name>x</name><memory>65536</memory><throttlegroups>{groups}</throttlegroups><os><type machine='q35'>hvm</type></os><devices>"
            + $"<disk type='file' device='{kind}'><source file='/tmp/a'/><target dev='sda' bus='sata'/>{disk}</disk></devices></domain>"),
        DomainDefaultsTests.Context);
}
