# What the daemon says of each running guest agrees with its QEMU, and every guest obeys. argv: folder of the images.
import json
import os
import xml.etree.ElementTree as ET

import libvirt_qemu


def files(document):
    return sorted({source.get("file") for source in ET.fromstring(document).findall(".//devices/disk//source") if source.get("file")})


def examine(domain):
    def asked(command):
        return json.loads(libvirt_qemu.qemuMonitorCommand(domain, json.dumps({"execute": command}), 0))["return"]
    state, status = domain.state()[0], asked("query-status")["status"]
    if {libvirt.VIR_DOMAIN_RUNNING: "running", libvirt.VIR_DOMAIN_PAUSED: "paused"}.get(state) != status:
        print(domain.name(), "is", status, "and shown as", state)
    opened = sorted({node["image"]["filename"] for node in asked("query-named-block-nodes") if node["drv"] == "file"})
    if files(domain.XMLDesc()) != opened:
        print(domain.name(), "has", opened, "open and shows", files(domain.XMLDesc()))
    if state == libvirt.VIR_DOMAIN_RUNNING:
        domain.suspend()
    domain.resume()
    if domain.blockJobInfo("vda"):
        domain.blockJobAbort("vda")
    for snapshot in domain.listAllSnapshots():
        snapshot.delete()
    domain.setMemoryFlags(30000, libvirt.VIR_DOMAIN_AFFECT_LIVE)
    if domain.state()[0] != libvirt.VIR_DOMAIN_RUNNING:
        print(domain.name(), "does not run again")
    domain.destroy()


domains = c.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
print("found", len(domains))
for one in domains:
    try:
        examine(one)
    except libvirt.libvirtError as error:
        print(one.name(), "does not obey:", error.get_error_message())
known = {path for domain in c.listAllDomains() for path in files(domain.XMLDesc())}
# What a copy was made to is the user's: it stays, as libvirt has it.
for name in sorted(os.listdir(sys.argv[2])):
    if not name.startswith(("plug", "copy")) and os.path.join(sys.argv[2], name) not in known:
        print("left behind", name)
