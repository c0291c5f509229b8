# Fifty workers change, snapshot, copy and ask twenty guests until their daemon is gone. argv: folder of the images, how many guests.
import threading
import time

folder, guests = sys.argv[2], int(sys.argv[3])
WORKERS, LIVE, BOTH = 50, 1, 3
refused, turns, lock = set(), [0] * WORKERS, threading.Lock()


def attach(domain, number, turn):
    disk = (f"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{folder}/plug{number}-{turn}.qcow2'/>"
            f"<target dev='vd{'bcd'[turn]}' bus='virtio'/></disk>")
    domain.attachDeviceFlags(disk, BOTH)
    domain.detachDeviceFlags(disk, BOTH)


def snapshot(domain, number, turn):
    document = f"<domainsnapshot><name>s{turn}</name><disks><disk name='vda' snapshot='external'><source file='{folder}/g{number}.s{turn}'/></disk></disks></domainsnapshot>"
    domain.snapshotCreateXML(document, libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC).delete()


def copy(domain, number, turn):
    target = f"<disk type='file'><source file='{folder}/copy{number}-{turn}'/><driver type='qcow2'/></disk>"
    domain.blockCopy("vda", target, flags=libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB)
    domain.blockJobAbort("vda")


def pause(domain, number, turn):
    domain.suspend()
    domain.resume()


def balloon(domain, number, turn):
    domain.setMemoryFlags(20480 + 1024 * turn, BOTH)


def note(domain, number, turn):
    domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, f"words {turn}", None, None, BOTH)


def throttle(domain, number, turn):
    domain.setBlockIoTune("vda", {"total_bytes_sec": 1000000 * (1 + turn)}, LIVE)


def ask(domain, number, turn):
    domain.XMLDesc()
    domain.info()
    domain.blockInfo("vda")


def figures(domain, number, turn):
    domain.connect().getAllDomainStats()


WORKS = [attach, snapshot, pause, balloon, note, copy, ask, throttle, figures, snapshot]


def work(index):
    connection, action, number = libvirt.open(sys.argv[1]), WORKS[index % len(WORKS)], 0
    while True:
        guest = (index * 7 + number) % guests
        try:
            action(connection.lookupByName(f"g{guest}"), guest, index // len(WORKS) % 3)
        except libvirt.libvirtError as error:
            if error.get_error_domain() == libvirt.VIR_FROM_RPC or not connection.isAlive():
                return
            with lock:
                refused.add((action.__name__, error.get_error_code(), error.get_error_message()))
        number += 1
        turns[index] = number


workers = [threading.Thread(target=work, args=(index,)) for index in range(WORKERS)]
for worker in workers:
    worker.start()
while 0 in turns:
    time.sleep(0.02)
print("all at work", flush=True)
for worker in workers:
    worker.join()
for name, code, message in sorted(refused):
    print("refused", name, code, message)
