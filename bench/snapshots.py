"""Snapshots: on each daemon, and with no daemon at all."""
import os
import re
import subprocess
import time

import libvirt

from bare import BareQemu, Folder, Overlays
from measure import milliseconds, tiny_domain

EXTERNAL = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
RESPAWN = 16  # VIR_DOMAIN_SNAPSHOT_REVERT_RESPAWN, ours
DISKS = ((1, "1 disk"), (4, "4 disks"), (16, "16 disks"))


def letter(disk):
    return "vd" + chr(97 + disk)


def external(name, folder, count, memory=""):
    disks = "".join("<disk name='%s' snapshot='external'><source file='%s/%d.%s'/></disk>" % (letter(disk), folder, disk, name) for disk in range(count))
    return "<domainsnapshot><name>%s</name>%s<disks>%s</disks></domainsnapshot>" % (name, memory, disks)


def transaction(names):
    """How long QEMU was busy with each transaction, by its own log: as long as that the guest can wait."""
    took, begun = [], None
    for line in open(names):
        stamp = re.match(r"\d+@(\d+\.\d+):", line)
        if stamp and "handle_qmp_command" in line and '"transaction"' in line:
            begun = float(stamp.group(1))
        elif stamp and "monitor_qmp_respond" in line and begun:
            took.append((float(stamp.group(1)) - begun) * 1e3)
            begun = None
    return took


def traced(log):
    return ["-trace", "handle_qmp_command", "-trace", "monitor_qmp_respond", "-D", log]


def create(side, options):
    for count, words in DISKS:
        with Folder(side.dir, count) as folder:
            domain = side.connection.defineXML(tiny_domain("bench-snapshot", folder.images))
            domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
            for index in range(8):
                side.add("snapshot of " + words, milliseconds(domain.snapshotCreateXML, external("s%d" % index, folder.path, count), EXTERNAL)[0])
            domain.destroy()
            domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)


def pause(side, options):
    with Folder(side.dir, 4) as folder:
        log = os.path.join(folder.path, "trace")
        domain = side.connection.defineXML(tiny_domain("bench-pause", folder.images, traced(log)))
        domain.create()
        for index in range(5):
            domain.snapshotCreateXML(external("s%d" % index, folder.path, 4), EXTERNAL)
        domain.destroy()
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)
        for took in transaction(log):
            side.add("guest's wait in a snapshot of 4 disks", took)


def internal(side, options):
    with Folder(side.dir, 1, "256M") as folder:
        domain = side.connection.defineXML(tiny_domain("bench-internal", folder.images))
        domain.create()
        snapshot = domain.snapshotCreateXML("<domainsnapshot><name>a</name></domainsnapshot>")
        for _ in range(3):
            side.add("live revert, internal", milliseconds(domain.revertToSnapshot, snapshot)[0])
        domain.destroy()
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)


def revert(side, options):
    with Folder(side.dir, 1) as folder:
        domain = side.connection.defineXML(tiny_domain("bench-revert", folder.images))
        try:
            domain.create()
            memory = "<memory snapshot='external' file='%s/memory'/>" % folder.path
            snapshot = domain.snapshotCreateXML(external("a", folder.path, 1, memory), libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC)
            for _ in range(3):
                side.add("live revert, external with memory", milliseconds(domain.revertToSnapshot, snapshot, RESPAWN if side.name == "vireod" else 0)[0])
        finally:
            domain.destroy()
            domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)


def tree(side, options):
    count = options.snapshots
    with Folder(side.dir, 1) as folder:
        domain = side.connection.defineXML(tiny_domain("bench-tree", folder.images))
        document = domain.XMLDesc()
        for index in range(count):
            parent = "<parent><name>t%d</name></parent>" % (index - 1) if index else ""
            domain.snapshotCreateXML(
                "<domainsnapshot><name>t%d</name><state>shutoff</state><creationTime>%d</creationTime>%s<memory snapshot='no'/><disks><disk name='vda' snapshot='external' type='file'>"
                "<driver type='qcow2'/><source file='%s/0.t%d'/></disk></disks>%s</domainsnapshot>" % (index, 1700000000 + index, parent, folder.path, index, document),
                libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE)
        for index in range(count // 2, count // 2 + 3):
            listing, listed = milliseconds(domain.listAllSnapshots)
            dumping = milliseconds(lambda: [snapshot.getXMLDesc() for snapshot in listed])[0]
            snapshot = domain.snapshotLookupByName("t%d" % index)
            deletion = milliseconds(snapshot.delete, libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY)[0]
            side.add("list 1000 snapshots", listing)
            side.add("dumpxml of 1000 snapshots", dumping)
            side.add("delete in the middle of 1000 snapshots", deletion)
            side.add("list, dump and delete in the middle of 1000", listing + dumping + deletion)
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)


def plans(side, options):
    with Folder(side.dir, 1) as folder:
        domain = side.connection.defineXML(tiny_domain("bench-plans", folder.images))
        for index in range(199):
            domain.snapshotCreateXML(external("p%d" % index, folder.path, 1), EXTERNAL)
        for command in (("snapshot-create-as", "new", "--disk-only"), ("snapshot-revert", "p100"), ("snapshot-delete", "p100")):
            call = [side.tool, "-c", side.uri, command[0], "bench-plans", *command[1:], "--dry-run"]
            for _ in range(3):
                took = milliseconds(lambda: subprocess.run(call, check=True, stdout=subprocess.DEVNULL))[0]
                side.add("dry run of %s, 200 snapshots" % command[0], took)
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)


def bare_create(side, options):
    for count, words in DISKS:
        with Folder(side.dir, count) as folder:
            overlays, qemu = Overlays(folder.images[0]), BareQemu(folder.path, folder.images)
            for index in range(8):
                tops = ["%s/%d.%d" % (folder.path, disk, index) for disk in range(count)]
                below = ["%s/%d.%d" % (folder.path, disk, index - 1) for disk in range(count)] if index else folder.images
                side.add("snapshot of " + words, milliseconds(batch, qemu, overlays, index, tops, below)[0])
            qemu.end()


def batch(qemu, overlays, index, tops, below):
    for disk, path in enumerate(tops):
        overlays.write(path, below[disk])
        qemu.send("blockdev-add", **{"driver": "qcow2", "node-name": "n%d-%d" % (disk, index + 1), "file": {"driver": "file", "filename": path}, "backing": None})
    qemu.send("transaction", actions=[
        {"type": "blockdev-snapshot", "data": {"node": "n%d-%d" % (disk, index), "overlay": "n%d-%d" % (disk, index + 1)}} for disk in range(len(tops))])
    for _ in range(len(tops) + 1):
        qemu.answer()


def bare_pause(side, options):
    with Folder(side.dir, 4) as folder:
        log = os.path.join(folder.path, "trace")
        overlays, qemu = Overlays(folder.images[0]), BareQemu(folder.path, folder.images, [*traced(log), "-msg", "timestamp=on"])
        qemu.ask("cont")
        below = folder.images
        for index in range(5):
            tops = ["%s/%d.%d" % (folder.path, disk, index) for disk in range(4)]
            batch(qemu, overlays, index, tops, below)
            below = tops
        qemu.end(orderly=True)
        for took in transaction(log):
            side.add("guest's wait in a snapshot of 4 disks", took)


def bare_internal(side, options):
    with Folder(side.dir, 1, "256M") as folder:
        qemu = BareQemu(folder.path, folder.images)
        qemu.ask("cont")
        job(qemu, "snapshot-save", 0)
        for index in range(3):
            side.add("live revert, internal", milliseconds(lambda: (qemu.ask("stop"), job(qemu, "snapshot-load", index + 1), qemu.ask("cont")))[0])
        qemu.end()


def job(qemu, command, index):
    qemu.ask(command, **{"job-id": "j%d" % index, "tag": "a", "vmstate": "n0-0", "devices": ["n0-0"]})
    while True:
        state = next(one for one in qemu.ask("query-jobs") if one["id"] == "j%d" % index)
        if state["status"] == "concluded":
            if "error" in state:
                raise RuntimeError(state["error"])
            return qemu.ask("job-dismiss", id=state["id"])
        time.sleep(0.0005)


def bare_revert(side, options):
    with Folder(side.dir, 1) as folder:
        memory, overlays, qemu = os.path.join(folder.path, "memory"), Overlays(folder.images[0]), BareQemu(folder.path, folder.images)
        qemu.ask("cont")
        qemu.ask("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        qemu.ask("migrate", uri="exec:cat >" + memory)
        qemu.settle("query-migrate", "status", "completed")
        qemu.end()
        for index in range(3):
            side.add("live revert, external with memory", milliseconds(incoming, folder, overlays, memory, "%s/r%d" % (folder.path, index))[0])


def incoming(folder, overlays, memory, top):
    overlays.write(top, folder.images[0])
    qemu = BareQemu(folder.path, [top], ["-incoming", "exec:cat " + memory])
    qemu.settle("query-status", "status", "paused", "postmigrate", "prelaunch")
    qemu.settle("query-migrate", "status", "completed")
    qemu.ask("cont")
    qemu.end()
