"""The side-by-side run: see bench/run."""
import argparse
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
GET_HOSTNAME, GET_LIB_VERSION = "59", "157"
libvirt.registerErrorHandler(lambda context, error: None, None)

# name: (unit, bigger is better, target: how many times better than libvirtd)
MEASURES = {
    "rpc latency": ("µs", False, 1),
    "rpc latency, 99th percentile": ("µs", False, 1),
    "rpc calls/s, 1 connection": ("1/s", True, 1),
    "rpc calls/s, 8 connections": ("1/s", True, 5),
    "define 1000 domains": ("ms", False, 1),
    "list 1000 domains": ("ms", False, 1),
    "dumpxml 1000 domains": ("ms", False, 1),
    "start of a tiny guest": ("ms", False, 4),
    "destroy of a tiny guest": ("ms", False, 10),
    "snapshot of 1 disk": ("ms", False, 1),
    "snapshot of 4 disks": ("ms", False, 1),
    "snapshot of 16 disks": ("ms", False, 4),
    "idle resident memory": ("MiB", False, 1),
    "idle resident memory after the work": ("MiB", False, 1),
    "CLI start-up": ("ms", False, 1),
    "CLI call": ("ms", False, 1),
}


class Side:
    """One daemon, in a directory of its own, and the tool that goes with it."""

    def __init__(self, name, command, sock, tool):
        self.name, self.tool, self.samples, self.failed = name, tool, {}, {}
        self.dir = tempfile.mkdtemp(prefix="vb-")
        os.chmod(self.dir, 0o755)
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

    def add(self, measure, value):
        self.samples.setdefault(measure, []).append(value)

    def median(self, measure):
        return statistics.median(self.samples[measure]) if measure in self.samples else None

    def pid(self):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(self.sock)
            return int.from_bytes(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], "little")

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
        shutil.rmtree(self.dir, ignore_errors=True)


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


def tiny_domain(name, images=()):
    disks = "".join("<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='%s'/><target dev='vd%s' bus='virtio'/></disk>" % (path, chr(97 + index))
                    for index, path in enumerate(images))
    return f"""<domain type='qemu'><name>{name}</name><uuid>{uuid.uuid4()}</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
<devices>{disks}<controller type='usb' model='none'/><memballoon model='none'/></devices></domain>"""


def rpc(side, options):
    median, tail = subprocess.check_output([LOAD, "latency", side.sock, GET_HOSTNAME, "3000"], text=True).split()
    side.add("rpc latency", float(median))
    side.add("rpc latency, 99th percentile", float(tail))
    for connections, measure in ((1, "rpc calls/s, 1 connection"), (8, "rpc calls/s, 8 connections")):
        side.add(measure, float(subprocess.check_output([LOAD, "rate", side.sock, GET_LIB_VERSION, "1.5", str(connections)], text=True)))


def define(side, options):
    number, connection = options.domains, side.connection
    documents = [typical_domain("bench-%04d" % index, index) for index in range(number)]
    connection.defineXML(documents[0]).undefine()              # the first one of a fresh daemon asks QEMU what it can do
    took, domains = milliseconds(lambda: [connection.defineXML(document) for document in documents])
    side.add("define 1000 domains", took * 1000 / number)
    for _ in range(3):
        side.add("list 1000 domains", milliseconds(lambda: [domain.name() for domain in connection.listAllDomains()])[0] * 1000 / number)
    side.add("dumpxml 1000 domains", milliseconds(lambda: [domain.XMLDesc() for domain in domains])[0] * 1000 / number)
    for domain in domains:
        domain.undefine()


def start(side, options):
    domain = side.connection.defineXML(tiny_domain("bench-tiny"))
    for index in range(4):
        took = milliseconds(domain.create)[0]
        ended = milliseconds(domain.destroy)[0]
        if index:
            side.add("start of a tiny guest", took)
            side.add("destroy of a tiny guest", ended)
    domain.undefine()


def snapshot(side, options):
    for count, measure in ((1, "snapshot of 1 disk"), (4, "snapshot of 4 disks"), (16, "snapshot of 16 disks")):
        folder = tempfile.mkdtemp(prefix="images-", dir=side.dir)
        images = [os.path.join(folder, "%d.qcow2" % index) for index in range(count)]
        for path in images:
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "64M"], check=True)
        domain = side.connection.defineXML(tiny_domain("bench-snapshot", images))
        domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
        flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
        for index in range(3):
            disks = "".join("<disk name='vd%s'><source file='%s/%d.%d'/></disk>" % (chr(97 + disk), folder, disk, index) for disk in range(count))
            side.add(measure, milliseconds(domain.snapshotCreateXML, "<domainsnapshot><name>s%d</name><disks>%s</disks></domainsnapshot>" % (index, disks), flags)[0])
        domain.destroy()
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)
        shutil.rmtree(folder)


def tool(side, options):
    for _ in range(10):
        side.add("CLI start-up", milliseconds(lambda: subprocess.run([side.tool, "--version"], check=True, stdout=subprocess.DEVNULL))[0])
        side.add("CLI call", milliseconds(lambda: subprocess.run([side.tool, "-c", side.uri, "list", "--all"], check=True, stdout=subprocess.DEVNULL))[0])


def memory(side, options, measure="idle resident memory"):
    text = open("/proc/%d/status" % side.pid()).read()
    side.add(measure, int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024)


def rest(side, options):
    memory(side, options, "idle resident memory after the work")


WORKLOADS = {"memory": memory, "rpc": rpc, "cli": tool, "define": define, "start": start, "snapshot": snapshot, "rest": rest}


def number(value):
    return "-" if value is None else "%.0f" % value if value >= 100 else "%.1f" % value if value >= 10 else "%.2f" % value


def table(stock, ours):
    rows = [["work", "unit", "libvirtd", "vireod", "times better", "target", ""]]
    for measure, (unit, bigger, target) in MEASURES.items():
        a, b = stock.median(measure), ours.median(measure)
        if a is None and b is None and measure not in ours.failed:
            continue
        ratio = None if not a or not b else b / a if bigger else a / b
        verdict = ours.failed.get(measure, "") if ratio is None else "reached" if ratio >= target else "missed"
        rows.append([measure, unit, number(a), number(b), number(ratio), "≥ %g" % target, verdict])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(widths[column]) if column in (0, 1, 6) else cell.rjust(widths[column]) for column, cell in enumerate(row)) + " |" for row in rows]
    lines.insert(1, "| " + " | ".join("-" * width if column in (0, 1, 6) else "-" * (width - 1) + ":" for column, width in enumerate(widths)) + " |")
    return "\n".join(lines)


def write(text, options):
    path = os.path.join(ROOT, "docs/performance.md")
    page = open(path).read()
    note = "Measured %s, medians of %d rounds, %d processors, QEMU by TCG.\n\n" % (time.strftime("%Y-%m-%d"), options.rounds, os.cpu_count())
    begin, end = "<!-- table -->", "<!-- end of table -->"
    page = page[:page.index(begin) + len(begin)] + "\n\n" + note + text + "\n\n" + page[page.index(end):]
    open(path, "w").write(page)


def main():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--only", default=",".join(WORKLOADS))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sides = []
    try:
        sides.append(Side("libvirtd", [os.path.join(ROOT, "scripts/scratch-libvirtd"), "{dir}"], "sock/libvirt-sock", "/usr/bin/virsh"))
        sides.append(Side("vireod", [os.path.join(ROOT, "out/bin/vireod"), "--root", "{dir}"], "run/libvirt/libvirt-sock", os.path.join(ROOT, "out/bin/vireo")))
        for index in range(options.rounds):
            for name in options.only.split(","):
                if name == "memory" and index or name == "rest" and index + 1 < options.rounds:
                    continue                                    # idle means: before any work, and some seconds after the last
                if name == "rest":
                    time.sleep(15)
                for side in sides if index % 2 == 0 else sides[::-1]:
                    print("round %d: %s on %s" % (index + 1, name, side.name), flush=True)
                    try:
                        WORKLOADS[name](side, options)
                    except (libvirt.libvirtError, subprocess.CalledProcessError) as error:
                        print("  %s" % error)
                        for measure in MEASURES:
                            if measure not in side.samples:
                                side.failed.setdefault(measure, "failed")
        text = table(*sides)
        print("\n" + text)
        if options.write:
            write(text, options)
    finally:
        for side in sides:
            side.close()


if __name__ == "__main__":
    main()
