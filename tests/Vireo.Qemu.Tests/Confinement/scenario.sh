# Runs in the small host of scripts/confined-host and tells what it sees, a line each: "@name value".
V='virsh -c qemu:///system?socket=/run/vireo/libvirt-sock'
say() { echo "@$1 $2"; }
try() { name=$1; shift; if out=$("$@" 2>&1); then say "$name" ok; else say "$name" "failed: $(echo "$out" | tr '\n' ' ')"; fi; }
# What a process of the guest is refused goes into the kernel's log.
denied() { dmesg | grep 'apparmor="DENIED"' | grep -v "$1" | sed 's/.*apparmor=/apparmor=/' | tr '\n' ';'; }
U=c7a5fdbd-edaf-9455-926a-d65c16db1809

say enabled "$(cat /sys/module/apparmor/parameters/enabled)"
vireod >/var/log/vireod.log 2>&1 &
daemon=$!
n=0; while ! [ -S /run/vireo/libvirt-sock ] && [ $n -lt 3000 ]; do n=$((n+1)); usleep 100000; done
say models "$($V capabilities | sed -n 's,.*<model>\(apparmor\|dac\|none\)</model>.*,\1,p' | tr '\n' ' ' | sed 's/ $//')"
cd /images
for image in a b; do qemu-img create -q -f qcow2 "/images/$image.qcow2" 16M; done
mkdir '/images/odd {[*,"?'
qemu-img create -q -f qcow2 '/images/odd {[*,"?/c@{x}.qcow2' 16M
ln -s /images/b.qcow2 /images/link.qcow2
dd if=/dev/zero of=/images/secret.raw bs=1024 count=64 2>/dev/null; chmod 666 /images/secret.raw
cat >/tmp/g.xml <<X
<domain type='qemu'><name>g</name><uuid>$U</uuid><memory unit='MiB'>32</memory><os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file'><driver name='qemu' type='qcow2'/><source file='/images/a.qcow2'/><target dev='vda' bus='virtio'/></disk>
<serial type='pty'><log file='/var/log/serial.log'/></serial>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<video><model type='vga'/></video><graphics type='vnc'/><memballoon model='virtio'/></devices></domain>
X
try define $V define /tmp/g.xml
# Its CPUs would only burn those of the machine that runs this.
try start $V start g --paused
pid=$(pidof qemu-system-x86_64)
say label "$(cat /proc/$pid/attr/current)"
say user "$(awk '/^Uid/{print $2}' /proc/$pid/status)"
say shown "$($V dumpxml g | grep -A3 "model='apparmor'" | tr -d ' \n')"
say info "$($V dominfo g | grep Security | tr -s ' ' | tr '\n' ';')"
say unexpected_at_start "$(denied nothing)"

# What is another's stays closed, though everybody may write it.
say foreign "$($V qemu-monitor-command g '{"execute":"blockdev-add","arguments":{"driver":"file","filename":"/images/secret.raw","node-name":"s"}}' | tr -d '\n')"
say foreign_refused "$(denied nothing | tr ';' '\n' | grep -c secret.raw)"

# What the guest is given it may have, whatever its name.
attach() { cat >/tmp/d.xml <<X
<disk type='file'><driver name='qemu' type='qcow2'/><source file='$1'/><target dev='$2' bus='virtio'/></disk>
X
}
attach /images/link.qcow2 vdb
try attach $V attach-device g /tmp/d.xml
attach '/images/odd {[*,"?/c@{x}.qcow2' vdc
try attach_odd $V attach-device g /tmp/d.xml
try snapshot $V snapshot-create-as g s1 --disk-only --diskspec vdc,snapshot=no
try commit $V blockcommit g vda --active --pivot --wait
try screenshot $V screenshot g /tmp/shot
try dump $V dump g /images/core --memory-only
try save $V save g /images/g.save
say forgotten_after_save "$(grep -c libvirt- /sys/kernel/security/apparmor/profiles)"
try restore $V restore /images/g.save --paused
try revertible $V snapshot-create-as g s2 --memspec /images/s2.mem --diskspec vda,file=/images/a.s2 --diskspec vdb,file=/images/b.s2
try revert $V snapshot-revert g s2 --force --paused
say label_after_revert "$(cat /proc/$(pidof qemu-system-x86_64)/attr/current)"

# A daemon that was killed finds the profile again.
kill -9 $daemon; vireod >>/var/log/vireod.log 2>&1 &
n=0; while ! $V list >/dev/null 2>&1 && [ $n -lt 3000 ]; do n=$((n+1)); usleep 100000; done
qemu-img create -q -f qcow2 /images/d.qcow2 16M
attach /images/d.qcow2 vde
try attach_after_restart $V attach-device g /tmp/d.xml
# What a client lends lies where only the client knows.
dd if=/dev/zero of=/images/lent.raw bs=1024 count=1024 2>/dev/null
cat >/tmp/l.xml <<X
<disk type='file'><driver name='qemu' type='raw'/><source file='/known/to/nobody' fdgroup='lent'/><target dev='vdf' bus='virtio'/></disk>
X
exec 9<>/images/lent.raw
try attach_lent $V "dom-fd-associate g --name lent --pass-fds 9; attach-device g /tmp/l.xml"
exec 9>&-
say lent_is_there "$($V qemu-monitor-command g '{"execute":"query-named-block-nodes"}' | grep -c '/dev/fdset/')"
say unexpected "$(denied secret.raw)"
try destroy $V destroy g
say left "$(grep -c libvirt- /sys/kernel/security/apparmor/profiles)"

# Not confined when the document says so; refused when the daemon does not know the model.
sed "s,<devices>,<seclabel type='none' model='apparmor'/><devices>," /tmp/g.xml >/tmp/n.xml
$V undefine g --snapshots-metadata >/dev/null
try start_unconfined $V create /tmp/n.xml --paused
say label_unconfined "$(cat /proc/$(pidof qemu-system-x86_64)/attr/current)"
$V destroy g >/dev/null
sed "s,<devices>,<seclabel type='static' model='apparmor'><label>nosuch</label></seclabel><devices>," /tmp/g.xml >/tmp/n.xml
try start_unknown $V create /tmp/n.xml --paused
say daemon "$(grep -c . /var/log/vireod.log) lines: $(tail -n 3 /var/log/vireod.log | tr '\n' ' ')"
say end done
