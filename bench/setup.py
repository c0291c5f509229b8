"""What a start does beside QEMU, and a bare QEMU lacks: done with no daemon, as cheaply as it can be."""
import os
import shutil
import tempfile

from measure import milliseconds, typical_domain

GROUPS = "/sys/fs/cgroup"
CONTROLLERS = ("cpu", "cpuset", "memory", "blkio")
STATE = typical_domain("bench-state", 0).encode() * 2          # a running domain is kept with what it gets by default


class GuestSetup:
    """One guest's: its control group, its labels, and what lets a daemon find it again."""

    def __init__(self, folder):
        self.home = tempfile.mkdtemp(prefix="guest-", dir=folder)
        name = os.path.basename(self.home)
        one = os.path.exists(os.path.join(GROUPS, "cgroup.controllers"))
        self.groups = [os.path.join(GROUPS, name)] if one else [os.path.join(GROUPS, controller, name) for controller in CONTROLLERS]

    def measured(self, pid):
        """How long each part takes."""
        return {"control group": milliseconds(self.enclose, pid)[0], "labels": milliseconds(self.label)[0], "persistence": milliseconds(self.keep, pid)[0]}

    def enclose(self, pid):
        for group in self.groups:
            os.mkdir(group)
            if "/cpuset/" in group:                             # a set without processors and memory takes nobody in
                for file in ("cpuset.cpus", "cpuset.mems"):
                    with open(os.path.join(os.path.dirname(group), file)) as above, open(os.path.join(group, file), "w") as here:
                        here.write(above.read())
            with open(os.path.join(group, "cgroup.procs"), "w") as processes:
                processes.write(str(pid))

    def label(self):
        """The guest's directories are its own; it has no disk whose owner would change."""
        for path in (os.path.join(self.home, "run"), os.path.join(self.home, "channels")):
            os.mkdir(path, 0o700)
            os.chown(path, 0, 0)
            os.chmod(path, 0o711)

    def keep(self, pid):
        """Who runs there, and its document. Nothing is synced: a run does not outlive its host."""
        path = os.path.join(self.home, "state.xml")
        for name, content in (("process", b"%d" % pid), ("group", self.groups[0].encode()), ("log", STATE[:2000]), ("state.xml.new", STATE)):
            with open(os.path.join(self.home, name), "wb") as file:
                file.write(content)
        os.rename(path + ".new", path)

    def undo(self):
        """Once the process has gone."""
        for group in filter(os.path.isdir, self.groups):
            os.rmdir(group)
        shutil.rmtree(self.home)
