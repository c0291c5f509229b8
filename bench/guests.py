"""Many guests: starting, changing, asking them; on each daemon, and with no daemon at all."""
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import libvirt

from bare import BareQemu, Folder
from measure import LOAD, milliseconds, tiny_domain, typical_domain
from setup import GuestSetup

PAUSED = libvirt.VIR_DOMAIN_START_PAUSED
GET_ALL_DOMAIN_STATS = "344"
CROWD, HUNG = 100, 10


def together(count, action):
    """How long it takes until all have done it, each in a thread of its own."""
    threads = [threading.Thread(target=action, args=(index,)) for index in range(count)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - begin) * 1e3


def parallel(side, options):
    connections = [libvirt.open(side.uri) for _ in range(8)]
    domains = [connection.defineXML(tiny_domain("bench-p%d" % index)) for index, connection in enumerate(connections)]
    for _ in range(3):
        side.add("8 starts at once", together(8, lambda index: domains[index].createWithFlags(PAUSED)))
        together(8, lambda index: domains[index].destroy())
    for domain in domains:
        domain.undefine()


def bare_start(side, options):
    """QEMU alone until its greeting, and its end; and what a guest needs beside it, part by part."""
    for _ in range(3):
        began, qemu = milliseconds(BareQemu, side.dir)
        side.add("destroy of a tiny guest", milliseconds(qemu.end)[0])
        setup = GuestSetup(side.dir)
        qemu = BareQemu(setup.home)
        try:
            parts = {"QEMU until its greeting": began, **setup.measured(qemu.process.pid)}
        finally:
            qemu.end()
            setup.undo()
        for part, took in parts.items():
            side.add("start: " + part, took)
        side.add("start of a tiny guest", sum(parts.values()))


def bare_parallel(side, options):
    for _ in range(3):
        for measure, whole in (("8 starts: QEMU until its greeting", False), ("8 starts at once", True)):
            setups, guests = [GuestSetup(side.dir) for _ in range(8)], [None] * 8

            def begin(index):
                guests[index] = BareQemu(setups[index].home)
                if whole:
                    setups[index].measured(guests[index].process.pid)
            side.add(measure, together(8, begin))
            for guest, setup in zip(guests, setups):
                guest.end()
                setup.undo()


def plug(side, options):
    with Folder(side.dir, 6) as folder:
        domain = side.connection.defineXML(tiny_domain("bench-plug", folder.images[:1]))
        domain.createWithFlags(PAUSED)
        for index, image in enumerate(folder.images[1:]):
            disk = f"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{image}'/><target dev='vd{chr(98 + index)}' bus='virtio'/></disk>"
            side.add("hot plug of a disk", milliseconds(domain.attachDevice, disk)[0])
        domain.destroy()
        domain.undefine()


def bare_plug(side, options):
    with Folder(side.dir, 6) as folder:
        qemu = BareQemu(folder.path, folder.images[:1])

        def attach(number, image):
            qemu.ask("blockdev-add", **{"driver": "file", "filename": image, "node-name": "p%d" % number})
            qemu.ask("blockdev-add", **{"driver": "qcow2", "node-name": "q%d" % number, "file": "p%d" % number})
            qemu.ask("device_add", **{"driver": "virtio-blk-pci", "drive": "q%d" % number, "id": "v%d" % number})
        for number, image in enumerate(folder.images[1:]):
            side.add("hot plug of a disk", milliseconds(attach, number, image)[0])
        qemu.end()


def figures(side, options):
    domains = [side.connection.defineXML(typical_domain("bench-%04d" % index, index)) for index in range(options.domains)]
    # No domains named, all groups, no flags: three words of zero.
    median, _ = subprocess.check_output([LOAD, "latency", side.sock, GET_ALL_DOMAIN_STATS, "50", "3"], text=True).split()
    side.add("figures of 1000 domains", float(median) / options.domains)
    for domain in domains:
        domain.undefine()


def crowd(side, options):
    """A hundred guests: what they cost the daemon, and what happens when some of them hang."""
    domains = [side.connection.defineXML(tiny_domain("bench-c%d" % index)) for index in range(CROWD)]
    for domain in domains:
        domain.createWithFlags(PAUSED)
    side.connection.getAllDomainStats()
    time.sleep(15)                                              # as idle memory after the work
    side.add("resident memory with 100 guests", side.resident())
    if side.name == "vireod":
        hang(side, domains)
    for domain in domains:
        domain.destroy()
        domain.undefine()


def hang(side, domains):
    calls = lambda: sorted(milliseconds(domains[HUNG + number % (CROWD - HUNG)].memoryStats)[0] for number in range(1000))[990]
    stopped = [int(subprocess.check_output(["pgrep", "-f", "qemu-system.*guest=%s," % domain.name()])) for domain in domains[:HUNG]]
    for _ in range(3):
        before = calls()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            took, told = milliseconds(side.connection.getAllDomainStats)
            stale = sum("vireo.stale" in figures for _, figures in told)
            if (len(told), stale) != (CROWD, HUNG):
                raise RuntimeError("%d domains told of, %d stale" % (len(told), stale))
            side.add("figures of 100 guests while 10 hang", took)
            side.add("99th percentile beside 10 that hang, of that before", calls() / before)
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)


def bare_define(side, options):
    """What makes a thousand documents last: each written, synced and renamed into place, and the directory synced, for before that the name may be lost.
    They lie in one folder in all rounds and are removed at the end, as the daemons' are: where many files were removed just before, a file system may take long to make new ones."""
    document = typical_domain("bench-0000", 0) * 2             # a definition is kept with what it gets by default
    folder = os.path.join(side.dir, "definitions")
    os.makedirs(folder, exist_ok=True)
    paths = [os.path.join(folder, "%d.xml" % index) for index in range(options.domains)]

    def keep():
        for path in paths:
            with open(path + ".new", "w") as file:
                file.write(document)
                file.flush()
                os.fsync(file.fileno())
            os.rename(path + ".new", path)
            names = os.open(folder, os.O_RDONLY)
            os.fsync(names)
            os.close(names)
    side.add("define 1000 domains", milliseconds(keep)[0] * 1000 / options.domains)
    for path in paths:
        os.unlink(path)


def restart(side, options):
    """A daemon of its own that knows a thousand domains: from its start to its first answer."""
    root = tempfile.mkdtemp(prefix="vb-")
    uri = "qemu:///system?socket=" + os.path.join(root, "run/libvirt/libvirt-sock")

    def begin():
        process = subprocess.Popen([LOAD, "reap", side.program, "--root", root], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        while True:
            try:
                connection = libvirt.open(uri)
                return process, connection, connection.listAllDomains()
            except libvirt.libvirtError:
                time.sleep(0.002)

    def end(process, connection):
        connection.close()
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    try:
        process, connection, _ = begin()
        for index in range(options.domains):
            connection.defineXML(typical_domain("bench-%04d" % index, index))
        end(process, connection)
        for _ in range(3):
            took, (process, connection, domains) = milliseconds(begin)
            if len(domains) != options.domains:
                raise RuntimeError("%d domains after the restart" % len(domains))
            side.add("restart with 1000 domains", took)
            end(process, connection)
    finally:
        shutil.rmtree(root, ignore_errors=True)
