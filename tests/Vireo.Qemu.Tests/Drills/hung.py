# Two of the guests hang. Those that do not are served as ever; what needs no monitor is told at once; the rest ends in its time. argv: the process ids of the two that hang.
import os
import signal
import threading
import time

hung, victim, *others = [c.lookupByName(f"g{number}") for number in range(6)]
pids = [int(pid) for pid in sys.argv[2:]]


def calls(count):
    took = []
    for number in range(count):
        domain, begin = others[number % len(others)], time.perf_counter()
        (domain.info, domain.XMLDesc, domain.memoryStats, lambda: domain.blockInfo("vda"), lambda: domain.setMemoryFlags(24576 + 1024 * (number % 4), 1))[number % 5]()
        took.append(time.perf_counter() - begin)
    took.sort()
    return took[len(took) * 99 // 100]


before = calls(1000)
for pid in pids:
    os.kill(pid, signal.SIGSTOP)
try:
    answers, own = [], libvirt.open(sys.argv[1]).lookupByName("g0")  # On a shared connection the client library keeps calls waiting for one another.
    waiting = threading.Thread(target=lambda: answers.append(told(own.setMemoryFlags, 20480, libvirt.VIR_DOMAIN_AFFECT_LIVE)))
    waiting.start()
    during = calls(1000)
    for name, question in (("state", hung.state), ("info", hung.info), ("XMLDesc", hung.XMLDesc), ("vcpusFlags", hung.vcpusFlags), ("schedulerParameters", hung.schedulerParameters),
                           ("getCPUStats", lambda: hung.getCPUStats(True)), ("jobInfo", hung.jobInfo), ("listAllDomains", c.listAllDomains)):
        question()
        print(name, "waited for the monitor" if answers else "was told at once")
    print("destroyed while it hangs:", told(victim.destroy), victim.isActive())
    waiting.join()
    print(answers[0][0] == libvirt.VIR_ERR_OPERATION_TIMEOUT, answers[0][3])
finally:
    os.kill(pids[0], signal.SIGCONT)
print("goes on:", told(hung.suspend), hung.state()[0] == libvirt.VIR_DOMAIN_PAUSED)
print("p99 of the others: %.2f ms before, %.2f ms while two hang" % (before * 1e3, during * 1e3), file=sys.stderr)
