"""Those who do the work, and the domains they do it on."""
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import uuid

import libvirt

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOAD = os.path.join(ROOT, "artifacts/bench/rpcload")
libvirt.registerErrorHandler(lambda context, error: None, None)


class Bare:
    """The same work with no daemon: what it costs at least."""

    def __init__(self, name="bare"):
        self.name, self.samples = name, {}
        self.dir = tempfile.mkdtemp(prefix="vb-")

    def add(self, measure, value):
        self.samples.setdefault(measure, []).append(value)

    def median(self, measure):
        return statistics.median(self.samples[measure]) if measure in self.samples else None

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)


class Side(Bare):
    """One daemon, in a directory of its own, and the tool that goes with it."""

    def __init__(self, name, command, sock, tool):
        super().__init__(name)
        self.tool, self.program = tool, command[0]
        os.chmod(self.dir, 0o755)
        # As /run is on every host.
        self.run = os.path.join(self.dir, "run")
        os.mkdir(self.run)
        subprocess.check_call(["mount", "-t", "tmpfs", "tmpfs", self.run])
        # As scripts/scratch-libvirtd has it for libvirtd.
        os.makedirs(os.path.join(self.dir, "etc/vireo"))
        with open(os.path.join(self.dir, "etc/vireo/vireod.conf"), "w") as settings:
            settings.write('user = "root"\ngroup = "root"\ndynamic_ownership = 0\nnamespaces = []\n')
        self.sock = os.path.join(self.dir, sock)
        self.uri = "qemu:///system?socket=" + self.sock
        self.log = open(os.path.join(self.dir, "daemon.log"), "wb")
        # A session of its own, as a service has: the kernel shares the processors out between sessions, not between the daemon and each of its clients' threads.
        self.process = subprocess.Popen([LOAD, "reap"] + [part.replace("{dir}", self.dir) for part in command], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        end = time.time() + 60
        while True:
            try:
                self.connection = libvirt.open(self.uri)
                break
            except libvirt.libvirtError:
                if self.process.poll() is not None or time.time() > end:
                    raise RuntimeError("%s does not start: %s" % (name, open(self.log.name).read()[-2000:]))
                time.sleep(0.05)

    def pid(self):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(self.sock)
            return int.from_bytes(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], "little")

    def resident(self):
        """Resident memory in MiB."""
        return int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%d/status" % self.pid()).read()).group(1)) / 1024

    def close(self):
        try:
            for domain in self.connection.listAllDomains():
                if domain.isActive():
                    domain.destroy()
            self.connection.close()
        except libvirt.libvirtError as error:
            print("%s: cleaning up: %s" % (self.name, error))
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if self.dir.encode() in open("/proc/%s/cmdline" % pid, "rb").read() and int(pid) != os.getpid():
                    os.kill(int(pid), signal.SIGKILL)
            except OSError:
                pass
        subprocess.call(["umount", "--lazy", self.run])
        super().close()


def milliseconds(action, *arguments):
    begin = time.perf_counter()
    result = action(*arguments)
    return (time.perf_counter() - begin) * 1e3, result


def typical_domain(name, number):
    """What a management program defines: disks, nics, graphics, channel, metadata."""
    mac = "52:54:00:%02x:%02x" % (number >> 8 & 255, number & 255)
    return f"""<domain type='qemu'><name>{name}</name><uuid>{uuid.uuid4()}</uuid><title>guest {number}</title>
<metadata><o:owner xmlns:o='http://example.org/owner'>team {number % 9}</o:owner></metadata>
<memory unit='GiB'>2</memory><vcpu>2</vcpu><os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os><features><acpi/><apic/></features>
<clock offset='utc'/><devices>
<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='/var/lib/vireo-bench/{name}-system.qcow2'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/var/lib/vireo-bench/{name}-data.qcow2'/><target dev='vdb' bus='virtio'/></disk>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk>
<interface type='bridge'><mac address='{mac}:01'/><source bridge='br0'/><model type='virtio'/></interface>
<interface type='bridge'><mac address='{mac}:02'/><source bridge='br1'/><model type='virtio'/></interface>
<serial type='pty'/><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<graphics type='vnc' port='-1' autoport='yes'/><video><model type='cirrus'/></video><memballoon model='virtio'/>
<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng></devices></domain>"""


def tiny_domain(name, images=(), options=()):
    disks = "".join("<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='%s'/><target dev='vd%s' bus='virtio'/></disk>" % (path, chr(97 + index))
                    for index, path in enumerate(images))
    extra = "<qemu:commandline>%s</qemu:commandline>" % "".join("<qemu:arg value='%s'/>" % option for option in options) if options else ""
    return f"""<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>{name}</name><uuid>{uuid.uuid4()}</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
<devices>{disks}<controller type='usb' model='none'/><memballoon model='none'/></devices>{extra}</domain>"""
