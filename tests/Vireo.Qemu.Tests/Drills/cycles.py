# Domains are defined, started paused, destroyed and undefined. argv: the number of them.
for number in range(int(sys.argv[2])):
    domain = c.defineXML(f"""<domain type='qemu'><name>cycle{number % 7}</name><memory unit='MiB'>16</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><interface type='ethernet'><target dev='cycle{number % 7}'/></interface><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel><graphics type='vnc' autoport='yes'/></devices></domain>""")
    domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    domain.destroy()
    domain.undefine()
