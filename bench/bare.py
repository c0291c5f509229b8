"""A QEMU without a daemon: what the work costs at least."""
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time

QEMU = "/usr/bin/qemu-system-x86_64"


class BareQemu:
    """A QEMU with the guest of the benchmarks, paused, and its monitor."""

    def __init__(self, folder, images=(), options=()):
        path = os.path.join(folder, "qmp")
        arguments = [QEMU, "-S", "-display", "none", "-nodefaults", "-no-user-config", "-machine", "pc,accel=tcg,usb=off", "-m", "64", *options]
        for index, image in enumerate(images):
            node = {"driver": "qcow2", "node-name": "n%d-0" % index, "file": {"driver": "file", "filename": image}}
            arguments += ["-blockdev", json.dumps(node), "-device", "virtio-blk-pci,drive=n%d-0,id=d%d" % (index, index)]
        with socket.socket(socket.AF_UNIX) as listener:
            if os.path.exists(path):
                os.unlink(path)
            listener.bind(path)
            listener.listen(1)
            self.process = subprocess.Popen(
                arguments + ["-chardev", "socket,id=m,fd=%d,server=on,wait=off" % listener.fileno(), "-mon", "m,mode=control"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, pass_fds=[listener.fileno()])
        self.link = socket.socket(socket.AF_UNIX)
        self.link.connect(path)
        self.lines = self.link.makefile("rb")
        self.lines.readline()
        self.ask("qmp_capabilities")

    def send(self, command, **arguments):
        self.link.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")

    def answer(self):
        while True:
            said = json.loads(self.lines.readline() or b'{"error": {"desc": "QEMU has ended"}}')
            if "error" in said:
                raise RuntimeError(said["error"]["desc"])
            if "return" in said:
                return said["return"]

    def ask(self, command, **arguments):
        self.send(command, **arguments)
        return self.answer()

    def settle(self, command, key, *ends):
        """Asks until what it asks for has come to one of its ends."""
        while (state := self.ask(command).get(key)) not in ends:
            time.sleep(0.0005)
        return state

    def end(self, orderly=False):
        """Ends it; in the orderly way it writes its logs to the end."""
        if orderly:
            self.ask("quit")
        else:
            self.process.kill()
        self.process.wait()
        self.link.close()
        self.process.stderr.close()


class Overlays:
    """Writes overlays as fast as they can be: a ready header with another backing file name."""

    def __init__(self, image):
        with tempfile.NamedTemporaryFile() as sample:
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image, sample.name], check=True)
            self.header = open(sample.name, "rb").read()

    def write(self, path, backing):
        content, name = bytearray(self.header), backing.encode()
        place, = struct.unpack(">Q", content[8:16])
        content[place:place + len(name)] = name
        content[16:20] = struct.pack(">I", len(name))
        with open(path, "wb") as file:
            file.write(content)


class Folder:
    """A temporary directory with empty images in it."""

    def __init__(self, parent, count, size="64M"):
        self.path = tempfile.mkdtemp(prefix="images-", dir=parent)
        self.images = [os.path.join(self.path, "%d.qcow2" % index) for index in range(count)]
        for image in self.images:
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", image, size], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.path)
