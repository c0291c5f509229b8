using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Tests.Defaults;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>Single elements and the options they become.</summary>
public sealed class ElementArgumentsTests
{
    [Theory]
    [InlineData("<disk type='network'><source protocol='rbd' name='p/ns/i'><host name='a' port='1'/><host name='b'/><snapshot name='s'/><config file='/c'/></source><target dev='vda'/></disk>",
        "'file':{'driver':'rbd','pool':'p','namespace':'ns','image':'i','snapshot':'s','conf':'/c','server':[{'host':'a','port':'1'},{'host':'b','port':'6789'}],'node-name':'n1f'")]
    [InlineData("<disk type='network'><auth username='u'><secret type='ceph' usage='x'/></auth><source protocol='rbd' name='p/i'/><target dev='vda'/></disk>",
        "'user':'u','auth-client-required':['cephx','none'],'key-secret':'n1f-auth'", "{'qom-type':'secret','id':'n1f-auth','format':'raw','file':'/run/g/n1f-auth'}")]
    [InlineData("<disk type='network'><source protocol='gluster' name='v/i'><host name='h' port='1'/><host transport='unix' socket='/s'/></source><target dev='vda'/></disk>",
        "'volume':'v','path':'i','server':[{'type':'inet','host':'h','port':'1'},{'type':'unix','path':'/s'}]")]
    [InlineData("<disk type='network'><source protocol='nfs' name='d/i'><host name='h'/><identity user='+1' group='2'/></source><target dev='vda'/></disk>",
        "'driver':'nfs','path':'/d/i','server':{'host':'h','type':'inet'},'user':1,'group':2")]
    [InlineData("<disk type='network'><source protocol='https' name='i' query='a=b'><host name='h' port='443'/><ssl verify='no'/><readahead size='9'/><timeout seconds='8'/></source><target dev='vda'/></disk>",
        "'url':'https://h:443/i?a=b','sslverify':false,'readahead':9,'timeout':8")]
    [InlineData("<disk type='nvme'><source type='pci' managed='yes' namespace='2'><address domain='0' bus='1' slot='0' function='0'/></source><target dev='vda'/></disk>",
        "'driver':'nvme','device':'0000:01:00.0','namespace':2")]
    [InlineData("<disk type='file'><driver name='qemu' type='qcow2'/><source file='/i'><encryption format='luks'><secret type='passphrase' usage='x'/></encryption></source><target dev='vda'/></disk>",
        "'driver':'qcow2','node-name':'n1','encrypt':{'format':'luks','key-secret':'n1-key'}")]
    [InlineData("<disk type='file'><source file='/i'><slices><slice type='storage' offset='512' size='1024'/></slices></source><target dev='vda'/></disk>",
        "'file':{'driver':'raw','node-name':'n1s','offset':512,'size':1024,'file':{'driver':'file','filename':'/i'")]
    [InlineData("<disk type='file'><driver name='qemu' copy_on_read='on'/><source file='/i'/><target dev='vda'/></disk>", "{'driver':'copy-on-read','node-name':'vda-copy','file':'n1','discard':'unmap'}", "'drive':'vda-copy'")]
    [InlineData("<disk type='file' device='floppy'><source file='/i'/><target dev='fdb'/><boot order='3'/></disk>", "{'driver':'isa-fdc','bootindexB':3")]
    [InlineData("<disk type='block' device='lun'><source dev='/dev/sdz'><reservations managed='yes'/></source><target dev='sda' bus='scsi'/></disk><disk type='block' device='lun'><source dev='/dev/sdy'><reservations managed='yes'/></source><target dev='sdb' bus='scsi'/></disk>",
        "{'qom-type':'pr-manager-helper','id':'pr-helper0','path':'/run/g/pr-helper0.sock'}", "'driver':'host_device','filename':'/dev/sdz','pr-manager':'pr-helper0'", "'filename':'/dev/sdy','pr-manager':'pr-helper0'", "'driver':'scsi-block'")]
    [InlineData("<disk type='block' device='lun'><source dev='/dev/sdz'><reservations managed='no'><source type='unix' path='/s' mode='client'/></reservations></source><target dev='vda' bus='virtio'/></disk>",
        "{'qom-type':'pr-manager-helper','id':'pr-helper-n1f','path':'/s'}", "'filename':'/dev/sdz','pr-manager':'pr-helper-n1f'", "'driver':'virtio-blk-pci','scsi':true")]
    [InlineData("<interface type='user'><mac address='52:54:00:00:00:01'/><ip family='ipv4' address='10.1.0.0' prefix='16'/><model type='virtio'/><driver><host gso='off'/><guest csum='off'/></driver></interface>",
        "{'type':'user','net':'10.1.0.0/16','id':'hostnet0'}", "'gso':false,'guest_csum':false")]
    [InlineData("<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/><backend type='passt'/></interface>", "{'type':'stream','addr':{'type':'unix','path':'/run/g/net0-passt.socket'},'server':false,'id':'hostnet0'}")]
    [InlineData("<interface type='vhostuser'><mac address='52:54:00:00:00:01'/><source type='unix' path='/s' mode='client'><reconnect enabled='yes' timeout='5'/></source><model type='virtio'/></interface>",
        "socket,id=charnet0,path=/s,reconnect=5", """{"type":"vhost-user","chardev":"charnet0","id":"hostnet0"}""")]
    [InlineData("<hostdev mode='subsystem' type='usb'><source guestReset='off'><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>", "{'driver':'usb-host','vendorid':4660,'productid':48879,'guest-reset':false,'id':'hostdev0'")]
    [InlineData("<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='0x6' slot='0x12' function='5'/></source></hostdev>", "{'driver':'vfio-pci','host':'0000:06:12.5','id':'hostdev0'")]
    [InlineData("<filesystem type='mount' accessmode='mapped'><source dir='/s'/><target dir='t'/><readonly/></filesystem>", "local,security_model=mapped,id=fsdev-fs0,path=/s,readonly=on", "'fsdev':'fsdev-fs0','mount_tag':'t'")]
    [InlineData("<smartcard mode='host-certificates'><certificate>a</certificate><certificate>b</certificate><certificate>c</certificate><database>/d</database></smartcard>",
        "{'driver':'ccid-card-emulated','backend':'certificates','cert1':'a','cert2':'b','cert3':'c','db':'/d','id':'smartcard0','bus':'ccid0.0'}", "usb-ccid")]
    [InlineData("<redirdev bus='usb' type='tcp'><source mode='connect' host='h' service='1'/></redirdev><redirfilter><usbdev class='0x08' vendor='0x1234' product='0xbeef' version='2.56' allow='yes'/><usbdev allow='no'/></redirfilter>",
        "'filter':'0x08:0x1234:0xbeef:0x0256:1|-1:-1:-1:-1:0'")]
    [InlineData("<rng model='virtio'><backend model='egd' type='tcp'><source mode='connect' host='h' service='1'/></backend></rng>", "socket,id=charrng0,host=h,port=1", "{'qom-type':'rng-egd','id':'objrng0','chardev':'charrng0'}")]
    [InlineData("<channel type='qemu-vdagent'><source><clipboard copypaste='yes'/><mouse mode='client'/></source><target type='virtio' name='com.redhat.spice.0'/></channel>", "qemu-vdagent,id=charchannel0,name=vdagent,clipboard=on,mouse=on")]
    [InlineData("<serial type='tcp'><source mode='bind' host='h' service='1' tls='yes'/></serial>", "port=1,server=on,wait=off,tls-creds=objcharserial0_tls0", "'endpoint':'server'")]
    [InlineData("<shmem name='m'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>", "{'qom-type':'memory-backend-file','id':'shmmem-shmem0','mem-path':'/dev/shm/m','size':4194304,'share':true}")]
    [InlineData("<input type='evdev'><source dev='/dev/input/event1' grab='all' repeat='on' grabToggle='ctrl-ctrl'/></input>",
        "{'qom-type':'input-linux','id':'input0','evdev':'/dev/input/event1','repeat':true,'grab_all':true,'grab-toggle':'ctrl-ctrl'}")]
    [InlineData("<crypto model='virtio' type='qemu'><backend model='builtin' queues='2'/></crypto>", "{'qom-type':'cryptodev-backend-builtin','id':'objcrypto0','queues':2}", "virtio-crypto-pci")]
    [InlineData("<tpm model='tpm-crb'><backend type='passthrough'><device path='/dev/tpm1'/></backend></tpm>", "passthrough,id=tpm-tpm0,path=/dev/tpm1,cancel-path=/sys/class/tpm/tpm1/device/cancel")]
    [InlineData("<audio id='1' type='pulseaudio' serverName='s'><input mixingEngine='no' latency='3'/></audio>", "{'id':'audio1','driver':'pa','server':'s','in':{'mixing-engine':false,'latency':3}}")]
    [InlineData("<graphics type='vnc'><listen type='socket' socket='/a=b,c'/></graphics>", "vnc=unix:/a=b,,c")]
    [InlineData("<graphics type='egl-headless'><gl rendernode='/dev/dri/r'/></graphics>", "egl-headless,rendernode=/dev/dri/r")]
    [InlineData("<iommu model='intel'><driver intremap='off' caching_mode='on'/></iommu>", "{'driver':'intel-iommu','intremap':'off','caching-mode':true,'id':'iommu0'}")]
    public void A_device_becomes_its_options(string device, params string[] expected) => ShouldContain(Build("", device), expected);

    [Theory]
    [InlineData("<nvram type='block'><source dev='/dev/x'/></nvram>", "'node-name':'fw1','read-only':false,'file':{'driver':'host_device','filename':'/dev/x','node-name':'fw1f'")]
    [InlineData("<nvram type='network'><source protocol='nbd' name='e'><host transport='unix' socket='/s'/></source></nvram>", "'file':{'driver':'nbd','server':{'type':'unix','path':'/s'},'export':'e','node-name':'fw1f'")]
    [InlineData("<nvram type='network'><source protocol='nbd' name='e' tls='yes'><host name='h'/></source></nvram>", "{'qom-type':'tls-creds-x509','id':'objlibvirt-tls0'", "'tls-creds':'objlibvirt-tls0','node-name':'fw1f'")]
    [InlineData("<nvram type='network'><source protocol='iscsi' name='iqn.x:y/1'><host name='h' port='3260'/><auth username='u'><secret type='iscsi' usage='x'/></auth></source></nvram>",
        "{'qom-type':'secret','id':'fw1f-auth','format':'raw','file':'/run/g/fw1f-auth'}", "'user':'u','password-secret':'fw1f-auth','node-name':'fw1f'")]
    public void Variables_lie_where_the_document_says(string variables, params string[] expected) =>
        ShouldContain(Build("", "", $"<loader readonly='yes' type='pflash'>/code</loader>{variables}", "<features><acpi/></features>"), expected);

    [Fact]
    public void A_disk_of_another_process_is_a_socket() => ShouldContain(
        Build("<memoryBacking><access mode='shared'/></memoryBacking>", "<disk type='vhostuser'><driver name='qemu' type='raw'/><source type='unix' path='/s'/><target dev='vda'/></disk>"),
        ["socket,id=chr-vu-virtio-disk0,path=/s", "vhost-user-blk-pci"]);

    [Theory]
    [InlineData("<sysinfo type='smbios'><bios><entry name='vendor'>v,w</entry></bios><oemStrings><entry>x</entry><entry>y</entry></oemStrings></sysinfo>", "<smbios mode='sysinfo'/>", "", "type=0,vendor=v,,w", "type=11,value=x,value=y")]
    [InlineData("<sysinfo type='fwcfg'><entry name='opt/x'>a,b</entry><entry name='opt/y' file='/f'/></sysinfo>", "", "", "name=opt/x,string=a,,b", "name=opt/y,file=/f")]
    [InlineData("", "<acpi><table type='slic'>/t</table></acpi>", "", "sig=SLIC,file=/t")]
    [InlineData("<maxMemory slots='4' unit='KiB'>1048576</maxMemory>", "", "<cpu><numa><cell id='0' cpus='0' memory='65536' unit='KiB' memAccess='shared'/></numa></cpu>", "size=65536k,slots=4,maxmem=1048576k",
        "{'qom-type':'memory-backend-memfd','id':'ram-node0','share':true,'size':67108864}", "node,nodeid=0,cpus=0,memdev=ram-node0")]
    [InlineData("<memoryBacking><hugepages><page size='2' unit='MiB'/></hugepages></memoryBacking>", "", "", "{'qom-type':'memory-backend-memfd','id':'pc.ram','hugetlb':true,'x-use-canonical-path-for-ramblock-id':false,'prealloc':true,'hugetlbsize':2097152,'size':67108864}")]
    [InlineData("<memoryBacking><hugepages/></memoryBacking>", "", "", "'hugetlb':true,'x-use-canonical-path-for-ramblock-id':false,'prealloc':true,'size':67108864")]
    [InlineData("<defaultiothread thread_pool_min='1' thread_pool_max='2'/>", "", "", "{'qom-type':'main-loop','id':'main-loop','thread-pool-min':1,'thread-pool-max':2}")]
    [InlineData("", "", "<features><acpi/><kvm><hidden state='on'/></kvm><hyperv><relaxed state='on'/><spinlocks state='on' retries='4096'/><vendor_id state='on' value='v w'/></hyperv></features>",
        ",hv-relaxed=on,hv-spinlocks=0x1000,hv-vendor-id=v w,kvm=off")]
    [InlineData("", "", "<features><acpi/><ps2 state='off'/></features>", ",i8042=off")]
    [InlineData("", "", "<qemu:deprecation xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' behavior='omit'/>", "{'deprecated-output':'hide'}")]
    [InlineData("", "", "<qemu:deprecation xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' behavior='reject'/>", "{'deprecated-output':'hide','deprecated-input':'reject'}")]
    [InlineData("", "", "<features><acpi/><smm state='on'><tseg unit='MiB'>48</tseg></smm></features>", "mch.extended-tseg-mbytes=48")]
    [InlineData("", "", "<clock offset='utc'><timer name='rtc' tickpolicy='catchup' track='guest'/><timer name='pit' tickpolicy='discard'/><timer name='hpet' present='no'/></clock>", "base=utc,clock=vm,driftfix=slew",
        "kvm-pit.lost_tick_policy=discard", ",hpet=off")]
    public void A_setting_of_the_domain_becomes_its_options(string head, string os, string body, params string[] expected) => ShouldContain(Build(head, "", os, body), expected);

    [Fact]
    public void The_firmware_speaks_to_a_serial_port() => ShouldContain(Build("", "<serial type='pty'/>", "<bios useserial='yes'/>"), [",graphics=off"]);

    [Fact]
    public void Properties_of_a_device_can_be_overridden()
    {
        var arguments = Build("", "<disk type='file'><source file='/x'/><target dev='vda'/></disk>", body: """
            <qemu:override xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:device alias='virtio-disk0'><qemu:frontend>
              <qemu:property name='logical_block_size' type='unsigned' value='4096'/><qemu:property name='bus' type='remove'/><qemu:property name='serial' type='string' value='"}'/>
            </qemu:frontend></qemu:device></qemu:override>
            """);
        var disk = arguments.Single(a => a.Contains("virtio-blk", StringComparison.Ordinal));
        disk.ShouldContain("\"logical_block_size\":4096,\"serial\":\"\\\"}\"");
        disk.ShouldNotContain("\"bus\"");
    }

    [Theory]
    [InlineData("<disk type='network'><source protocol='gluster' name='v'><host name='h'/></source><target dev='vda'/></disk>", "missing '/' in gluster volume name 'v'")]
    [InlineData("<disk type='network'><source protocol='rbd' name='i'><host name='h'/></source><target dev='vda'/></disk>", "'i' names no RBD pool and image")]
    [InlineData("<disk type='network'><source protocol='nfs' name='i'><host name='h'/><identity user='joe'/></source><target dev='vda'/></disk>", "user or group 'joe' of an nfs disk must be a number")]
    [InlineData("<disk type='volume'><source pool='p' volume='v'/><target dev='vda'/></disk>", "no storage pool with matching name 'p'")]
    public void What_QEMU_cannot_do_is_refused(string device, string message) => Should.Throw<VireoException>(() => Build("", device)).Message.ShouldContain(message);

    // The order is libvirt 11.3's.
    [Fact]
    public void Limits_of_groups_stand_between_a_disks_images_and_its_device()
    {
        const string groups = "<throttlegroups><throttlegroup><group_name>b</group_name></throttlegroup><throttlegroup><read_bytes_sec>10</read_bytes_sec><read_bytes_sec_max>20</read_bytes_sec_max>"
            + "<read_bytes_sec_max_length>5</read_bytes_sec_max_length><size_iops_sec>4096</size_iops_sec><group_name>a</group_name></throttlegroup></throttlegroups>";
        var arguments = Build(groups, "<disk type='file'><driver name='qemu' copy_on_read='on'/><source file='/i'/><target dev='vda'/><readonly/><throttlefilters><throttlefilter group='a'/><throttlefilter group='b'/></throttlefilters></disk>");
        const string none = "'bps-total':0,'bps-read':0,'bps-write':0,'iops-total':0,'iops-read':0,'iops-write':0,'bps-total-max':0,'bps-read-max':0,'bps-write-max':0,'iops-total-max':0,'iops-read-max':0,'iops-write-max':0,'iops-size':0";
        string[] expected =
        [
            "{'qom-type':'throttle-group','id':'throttle-b','limits':{" + none + "}}",
            "{'qom-type':'throttle-group','id':'throttle-a','limits':{" + none.Replace("read':0,'bps-write':0,'iops", "read':10,'bps-write':0,'iops", StringComparison.Ordinal).Replace("read-max':0,'bps", "read-max':20,'bps", StringComparison.Ordinal).Replace("size':0", "size':4096,'bps-read-max-length':5", StringComparison.Ordinal) + "}}",
            "{'driver':'copy-on-read','node-name':'vda-copy','file':'n1','discard':'unmap'}",
            "{'driver':'throttle','node-name':'vda-limit0','read-only':true,'throttle-group':'throttle-a','file':'vda-copy'}",
            "{'driver':'throttle','node-name':'vda-limit1','read-only':true,'throttle-group':'throttle-b','file':'vda-limit0'}",
        ];
        arguments.Where(a => a.Contains("thrott", StringComparison.Ordinal) || a.Contains("vda-copy", StringComparison.Ordinal)).ShouldBe(expected.Select(e => e.Replace('\'', '"')));
        ShouldContain(arguments, ["'drive':'vda-limit1'"]);
    }

    private static void ShouldContain(IReadOnlyList<string> arguments, string[] expected)
    {
        foreach (var part in expected.Select(e => e.Replace('\'', '"')))
        {
            arguments.ShouldContain(a => a.Contains(part, StringComparison.Ordinal), $"{part}\n{string.Join('\n', arguments)}");
        }
    }

    private static IReadOnlyList<string> Build(string head, string devices, string os = "", string body = "") => NativeCommandLine.Arguments(
        DomainDefaults.Apply(
            DomainConfig.Parse($"<domain type='qemu'><name>g</name><memory unit='MiB'>64</memory>{head}<os><type machine='q35'>hvm</type>{os}</os>{body}<devices>{devices}</devices></domain>"), DomainDefaultsTests.Context),
        "/run/g",
        machine: null);
}
