"""The side-by-side run: see bench/run."""
import argparse
import os
import subprocess
import time

import libvirt

import guests
import snapshots
from measure import LOAD, ROOT, Bare, Side, milliseconds, tiny_domain, typical_domain

GET_HOSTNAME, GET_LIB_VERSION = "59", "157"

# name: (unit, bigger is better, how many times better than libvirtd it must be or None, how many times the bare work it may cost or None)
MEASURES = {
    "rpc latency": ("µs", False, 1, None),
    "rpc latency, 99th percentile": ("µs", False, 1, None),
    "rpc calls/s, 1 connection": ("1/s", True, 1, None),
    "rpc calls/s, 8 connections": ("1/s", True, 5, None),
    "define 1000 domains": ("ms", False, 1, 1.5),
    "list 1000 domains": ("ms", False, 1, None),
    "dumpxml 1000 domains": ("ms", False, 1, None),
    "figures of 1000 domains": ("ms", False, 20, None),
    "start of a tiny guest": ("ms", False, 4, 1.5),
    "8 starts at once": ("ms", False, 4, 1.5),
    "destroy of a tiny guest": ("ms", False, 10, 3),
    "hot plug of a disk": ("ms", False, 1, 1.5),
    "snapshot of 1 disk": ("ms", False, 1, 2),
    "snapshot of 4 disks": ("ms", False, 1, 2),
    "snapshot of 16 disks": ("ms", False, 4, 2),
    "guest's wait in a snapshot of 4 disks": ("ms", False, None, 1.5),
    "live revert, internal": ("ms", False, 1, 3),
    "live revert, external with memory": ("ms", False, None, 2),
    "list 1000 snapshots": ("ms", False, 1, None),
    "dumpxml of 1000 snapshots": ("ms", False, 1, None),
    "delete in the middle of 1000 snapshots": ("ms", False, 10, None),
    "list, dump and delete in the middle of 1000": ("ms", False, 10, None),
    "idle resident memory": ("MiB", False, 1, None),
    "idle resident memory after the work": ("MiB", False, 1, None),
    "resident memory with 100 guests": ("MiB", False, 1, None),
    "CLI start-up": ("ms", False, 1, None),
    "CLI call": ("ms", False, 1, None),
}
# what the bare work of a start is made of, so that each part can be seen
PARTS = (
    "start: QEMU until its greeting",
    "start: control group",
    "start: labels",
    "start: persistence",
    "8 starts: QEMU until its greeting",
)
# name: the most it may be, and of what; only vireod does it
LIMITS = {
    "figures of 100 guests while 10 hang": (250, "ms"),
    "99th percentile beside 10 that hang, of that before": (2, "×"),
    "restart with 1000 domains": (150, "ms"),
    "dry run of snapshot-create-as, 200 snapshots": (50, "ms"),
    "dry run of snapshot-revert, 200 snapshots": (50, "ms"),
    "dry run of snapshot-delete, 200 snapshots": (50, "ms"),
}


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


def tool(side, options):
    for _ in range(10):
        side.add("CLI start-up", milliseconds(lambda: subprocess.run([side.tool, "--version"], check=True, stdout=subprocess.DEVNULL))[0])
        side.add("CLI call", milliseconds(lambda: subprocess.run([side.tool, "-c", side.uri, "list", "--all"], check=True, stdout=subprocess.DEVNULL))[0])


def memory(side, options, measure="idle resident memory"):
    side.add(measure, side.resident())


def rest(side, options):
    memory(side, options, "idle resident memory after the work")


WORKLOADS = {
    "memory": memory, "rpc": rpc, "cli": tool, "define": define, "figures": guests.figures, "start": start, "parallel": guests.parallel, "plug": guests.plug,
    "snapshot": snapshots.create, "pause": snapshots.pause, "internal": snapshots.internal, "revert": snapshots.revert, "tree": snapshots.tree, "rest": rest, "crowd": guests.crowd,
}
BARE = {
    "define": guests.bare_define, "start": guests.bare_start, "parallel": guests.bare_parallel, "plug": guests.bare_plug,
    "snapshot": snapshots.bare_create, "pause": snapshots.bare_pause, "internal": snapshots.bare_internal, "revert": snapshots.bare_revert,
}
# works that are short, or near their limit, are done several times in turn: a machine may be faster or slower in one of them
TURNS = {"define": 2, "start": 3, "parallel": 2, "plug": 4, "snapshot": 3}
OURS = {"plans": snapshots.plans, "restart": guests.restart}


def number(value):
    return "-" if value is None else "%.0f" % value if value >= 100 else "%.1f" % value if value >= 10 else "%.2f" % value


def rows(stock, ours, bare):
    for measure, (unit, bigger, target, most) in MEASURES.items():
        a, b, least = stock.median(measure), ours.median(measure), bare.median(measure)
        if a is None and b is None and least is None:
            continue
        better = None if not a or not b else b / a if bigger else a / b
        cost = b / least if b and least else None
        verdict = "failed" if b is None or most and cost is None else "missed" if target and better and better < target or most and cost and cost > most else "reached"
        yield [measure, unit, number(a), number(b), number(least), number(better), "≥ %g" % target if target else "", number(cost), "≤ %g" % most if most else "", verdict]
    for measure in PARTS:
        if (took := bare.median(measure)) is not None:
            yield [measure, "ms", "-", "-", number(took), "-", "", "-", "", ""]
    for measure, (most, unit) in LIMITS.items():
        if (took := ours.median(measure)) is not None:
            yield [measure, unit, "-", number(took), "-", "-", "", "-", "≤ %g %s" % (most, unit), "reached" if took <= most else "missed"]


def table(*sides):
    cells = [["work", "unit", "libvirtd", "vireod", "bare", "times better", "target", "times bare", "limit", ""], *rows(*sides)]
    words = (0, 1, len(cells[0]) - 1)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = ["| " + " | ".join(cell.ljust(widths[column]) if column in words else cell.rjust(widths[column]) for column, cell in enumerate(row)) + " |" for row in cells]
    lines.insert(1, "| " + " | ".join("-" * width if column in words else "-" * (width - 1) + ":" for column, width in enumerate(widths)) + " |")
    return "\n".join(lines)


def write(text, options):
    path = os.path.join(ROOT, "docs/performance.md")
    page = open(path).read()
    note = "Measured %s, medians of %d rounds, %d processors, QEMU by TCG.\n\n" % (time.strftime("%Y-%m-%d"), options.rounds, os.cpu_count())
    begin, end = "<!-- table -->", "<!-- end of table -->"
    page = page[:page.index(begin) + len(begin)] + "\n\n" + note + text + "\n\n" + page[page.index(end):]
    open(path, "w").write(page)


def work(name, todo, side, index, options):
    if name not in todo:
        return
    print("round %d: %s on %s" % (index + 1, name, side.name), flush=True)
    try:
        todo[name](side, options)
    except (libvirt.libvirtError, subprocess.CalledProcessError, RuntimeError) as error:
        print("  %s" % error)


def main():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--snapshots", type=int, default=1000)
    parser.add_argument("--only", default=",".join([*WORKLOADS, *OURS]))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sides = []
    try:
        sides.append(Side("libvirtd", [os.path.join(ROOT, "scripts/scratch-libvirtd"), "{dir}"], "sock/libvirt-sock", "/usr/bin/virsh"))
        sides.append(Side("vireod", [os.path.join(ROOT, "out/bin/vireod"), "--root", "{dir}"], "run/libvirt/libvirt-sock", os.path.join(ROOT, "out/bin/vireo")))
        sides.append(Bare())
        for index in range(options.rounds):
            for name in options.only.split(","):
                if name == "memory" and index or name in ("rest", "crowd") and index + 1 < options.rounds:
                    continue                                    # idle means: before any work, and some seconds after the last
                if name == "rest":
                    time.sleep(15)
                for turn in range(TURNS.get(name, 1)):
                    for side in sides[:2] if (index + turn) % 2 == 0 else sides[1::-1]:
                        work(name, WORKLOADS, side, index, options)
                    work(name, OURS, sides[1], index, options)
                    work(name, BARE, sides[2], index, options)
        text = table(*sides)
        print("\n" + text)
        if options.write:
            write(text, options)
    finally:
        for side in sides:
            side.close()


if __name__ == "__main__":
    main()
