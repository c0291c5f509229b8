namespace Vireo.Interop.Tests;

/// <summary>A session about what network cards are connected with, and about what of a domain QEMU alone is told.</summary>
internal static class CardSessions
{
    /// <summary>Network cards whose other end cannot be had, or cannot do what is asked; and what of a domain only QEMU is told.</summary>
    public static Session Cards { get; } = new(
        "t-cards",
        [
            .. Refused("sourceless", "deviceless", "mtu", "user-mtu", "coalesce", "direct-coalesce", "guest-ip", "guest-route", "mode"),
            .. Started("lower", "long", "queues", "direct-tap", "user-tap", "script", "isolated", "direct-vlan", "passthrough-vlan", "vdpa", "vdpa-queues", "hostdev", "hostdev-vfio", "hostdev-limits", "teaming"),
            .. Refused("vdpa-sourceless", "vdpa-deviceless", "vdpa-model", "vdpa-mtu", "hostdev-sourceless", "teaming-bridge", "teaming-model", "teaming-nameless", "floor", "averageless", "peak", "user-port", "ethernet-port"),
            "define {dir}/user-limits.xml", "start t-cards --paused", "dumpxml t-cards", "attach-device t-cards {dir}/vdpa-card.xml", "attach-device t-cards {dir}/hostdev-card.xml", "destroy t-cards",
            "define {dir}/given.xml", "dumpxml t-cards", "define {dir}/kept.xml", "dumpxml t-cards", "define {dir}/user-dev.xml", "dumpxml t-cards",
            "define {dir}/deprecation.xml", "start t-cards --paused", "dumpxml t-cards", "destroy t-cards", "define {dir}/slice.xml", "start t-cards --paused", "dumpxml t-cards", "domblkinfo t-cards vdc", "destroy t-cards",
            "define {dir}/quiet.xml", "start t-cards --paused", "dumpxml t-cards", "destroy t-cards",
            "define {dir}/cache.xml", "start t-cards", "define {dir}/emulated.xml", "undefine t-cards",
        ])
    {
        Images = ["r.raw"],
        Documents = new Dictionary<string, string>
        {
            ["sourceless.xml"] = Card("direct", ""),
            ["deviceless.xml"] = Card("direct", "<source mode='bridge'/>"),
            ["mtu.xml"] = Card("direct", "<source dev='nosuch0'/><mtu size='1300'/>"),
            ["user-mtu.xml"] = Card("user", "<mtu size='1300'/>"),
            ["coalesce.xml"] = Card("ethernet", "<coalesce><rx><frames max='5'/></rx></coalesce>"),
            ["direct-coalesce.xml"] = Card("direct", "<source dev='nosuch0'/><coalesce><rx><frames max='5'/></rx></coalesce>"),
            ["guest-ip.xml"] = Card("ethernet", "<ip address='10.0.0.1' prefix='24'/>"),
            ["guest-route.xml"] = Card("user", "<route address='10.0.10.0' prefix='24' gateway='10.0.0.2'/>"),
            ["mode.xml"] = Card("direct", "<source dev='nosuch0' mode='bogus'/>"),
            ["lower.xml"] = Card("direct", "<source dev='nosuch0' mode='bridge'/>"),
            ["long.xml"] = Card("direct", "<source dev='lo' mode='bridge'/><target dev='averyveryverylongname'/>"),
            ["queues.xml"] = Card("user", "<driver queues='2'/>"),
            ["direct-tap.xml"] = Card("direct", "<source dev='nosuch0'/><backend tap='/dev/net/tun'/>"),
            ["user-tap.xml"] = Card("user", "<backend tap='/dev/net/tun'/>"),
            ["script.xml"] = Card("user", "<script path='/bin/true'/>"),
            ["isolated.xml"] = Card("ethernet", "<port isolated='yes'/>"),
            ["direct-vlan.xml"] = Card("direct", "<source dev='nosuch0'/><vlan><tag id='4'/></vlan>"),
            ["passthrough-vlan.xml"] = Card("direct", "<source dev='lo' mode='passthrough'/><vlan><tag id='4'/></vlan>"),
            ["vdpa.xml"] = Card("vdpa", "<source dev='/dev/vhost-vdpa-nosuch'/>"),
            ["vdpa-queues.xml"] = Card("vdpa", "<source dev='/dev/vhost-vdpa-nosuch'/><driver queues='4'/>"),
            ["vdpa-sourceless.xml"] = Card("vdpa", ""),
            ["vdpa-deviceless.xml"] = Card("vdpa", "<source/>"),
            ["vdpa-model.xml"] = Card("vdpa", "<source dev='/dev/vhost-vdpa-nosuch'/>").Replace("'virtio'", "'e1000'", StringComparison.Ordinal),
            ["vdpa-mtu.xml"] = Card("vdpa", "<source dev='/dev/vhost-vdpa-nosuch'/><mtu size='1300'/>"),
            ["hostdev.xml"] = Function(""),
            ["hostdev-vfio.xml"] = Function("<driver name='vfio'/><vlan><tag id='4'/></vlan>"),
            ["hostdev-limits.xml"] = Function("<bandwidth><inbound average='100'/></bandwidth>"),
            ["hostdev-sourceless.xml"] = With("<interface type='hostdev'><mac address='52:54:00:00:00:01'/></interface>"),
            ["teaming.xml"] = Function("<teaming type='transient' persistent='ua-kept'/>"),
            ["teaming-bridge.xml"] = Card("bridge", "<source bridge='nosuch0'/><teaming type='transient' persistent='ua-kept'/>"),
            ["teaming-model.xml"] = Card("user", "<teaming type='persistent'/>").Replace("'virtio'", "'e1000'", StringComparison.Ordinal),
            ["teaming-nameless.xml"] = Function("<teaming type='transient'/>"),
            ["floor.xml"] = Card("bridge", "<source bridge='nosuch0'/><bandwidth><inbound average='100' floor='5'/></bandwidth>"),
            ["averageless.xml"] = Card("user", "<bandwidth><inbound peak='100'/></bandwidth>"),
            ["peak.xml"] = Card("network", "<source network='nosuch'/><bandwidth><inbound peak='100' floor='5'/></bandwidth>"),
            ["user-port.xml"] = Card("user", "<virtualport type='openvswitch'/>"),
            ["ethernet-port.xml"] = Card("ethernet", "<virtualport type='midonet'/>"),
            ["user-limits.xml"] = Card("user", "<bandwidth><inbound average='100'/></bandwidth>"),
            ["vdpa-card.xml"] = "<interface type='vdpa'><mac address='52:54:00:00:00:02'/><source dev='/dev/vhost-vdpa-nosuch'/><model type='virtio'/></interface>",
            ["hostdev-card.xml"] = "<interface type='hostdev' managed='yes'><mac address='52:54:00:00:00:02'/><source><address type='pci' domain='0' bus='0' slot='1' function='0'/></source></interface>",
            ["given.xml"] = Card("direct", "<source dev='nosuch0'/><target dev='macvtap7'/>"),
            ["kept.xml"] = Card("ethernet", "<target dev='macvtap7' managed='no'/>"),
            ["user-dev.xml"] = Card("user", "<source dev='nosuch0'/><portForward proto='tcp' address='127.0.0.1'><range start='2000' to='22'/></portForward><backend logFile='/nosuch'/>"),
            ["deprecation.xml"] = "{domain|</devices>|</devices><qemu:deprecation xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' behavior='reject'/>}",
            ["slice.xml"] = With("<disk type='file'><driver name='qemu' type='raw'/><source file='{dir}/r.raw'><slices><slice type='storage' offset='1048576' size='2097152'/></slices></source><target dev='vdc' bus='virtio'/></disk>"),
            ["cache.xml"] = "{domain|<domain type='qemu'>|<domain type='kvm'><cputune><cachetune vcpus='0'><cache id='0' level='3' type='both' size='2' unit='MiB'/></cachetune></cputune>}",
            ["emulated.xml"] = "{domain|<domain type='qemu'>|<domain type='qemu'><cputune><memorytune vcpus='0'><node id='0' bandwidth='60'/></memorytune></cputune>}",
            ["quiet.xml"] = With("<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/><tune><sndbuf>100</sndbuf></tune><teaming type='persistent'/><backend vhost='/dev/nosuch'/></interface>"),
        },
    };

    private static string Card(string type, string inner) => With($"<interface type='{type}'><mac address='52:54:00:00:00:01'/><model type='virtio'/>{inner}</interface>");

    private static string Function(string inner) =>
        With($"<interface type='hostdev' managed='yes'><mac address='52:54:00:00:00:01'/><source><address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0'/></source>{inner}</interface>");

    private static IEnumerable<string> Refused(params string[] names) => names.Select(name => $"define {{dir}}/{name}.xml");

    private static IEnumerable<string> Started(params string[] names) => names.SelectMany(name => new[] { $"define {{dir}}/{name}.xml", "start t-cards" });

    private static string With(string device) => $"{{domain|</devices>|{device}</devices>}}";
}
