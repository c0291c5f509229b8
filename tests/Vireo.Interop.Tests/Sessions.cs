namespace Vireo.Interop.Tests;

/// <summary>The sessions that every pair of client and daemon runs.</summary>
public static class Sessions
{
    private static readonly string[] Agent =
    [
        "domfsfreeze {name}", "domfsfreeze {name} /x", "domfsthaw {name}", "domfsthaw {name} --mountpoint /x", "domfstrim {name}", "domfstrim {name} --minimum 5", "domfstrim {name} --mountpoint /x",
        "domtime {name}", "domtime {name} --pretty", "domtime {name} --time 5", "domtime {name} --now", "domtime {name} --sync", "domtime {name} --now --sync", "domtime {name} --time 5 --now", "domtime {name} --time x",
        "domhostname {name}", "domhostname {name} --source agent", "domhostname {name} --source lease", "domhostname {name} --source nosuch",
        "qemu-agent-command {name} xx", "qemu-agent-command {name} xx --timeout 0", "qemu-agent-command {name} xx --timeout 3 --async", "qemu-agent-command {name} xx --block",
        "guest-agent-timeout {name} --timeout 5", "guest-agent-timeout {name} --timeout -3", "guest-agent-timeout {name} --timeout x", "guest-agent-timeout {name}",
        "shutdown {name} --mode agent", "shutdown {name} --mode nosuch", "reboot {name} --mode agent", "reboot {name} --mode nosuch",
    ];

    /// <summary>All of them by name.</summary>
    public static IReadOnlyDictionary<string, Session> All { get; } = new Session[]
    {
        new("t-connect", "hostname", "list --all", "list", "list --all --name", "list --all --uuid", "uri~--bad", "nosuchcommand", "version --daemon", "domid"),
        new("t-define",
            "define {dir}/dom.xml", "list --all", "dominfo t-define", "domuuid t-define", "domid t-define", "domname {uuid}", "domstate t-define --reason", "domblklist t-define",
            "domblklist t-define --details", "autostart t-define", "dominfo t-define", "autostart t-define --disable", "define {dir}/dom.xml", "define {dir}/dom.xml --validate",
            "undefine t-define", "list --all", "undefine t-define"),
        new("t-life",
            "define {dir}/dom.xml", "start t-life", "list --name", "domstate t-life --reason", "start t-life", "suspend t-life", "domstate t-life --reason", "suspend t-life", "resume t-life",
            "domstate t-life --reason", "resume t-life", "reset t-life", "reboot t-life", "undefine t-life", "list --all --name --persistent", "domstate t-life",
            "destroy t-life", "domstate t-life"),
        new("t-paused",
            "define {dir}/dom.xml", "start t-paused --paused", "domstate t-paused --reason", "resume t-paused", "destroy t-paused", "domstate t-paused --reason", "destroy t-paused",
            "create {dir}/samename.xml", "undefine t-paused", "create {dir}/dom.xml --paused", "domstate t-paused --reason", "list --transient --name", "destroy t-paused", "list --all --name"),
        new("t-dumpxml",
            "define {dir}/rich.xml", "dumpxml t-dumpxml", "start t-dumpxml --paused", "dumpxml t-dumpxml", "dumpxml t-dumpxml --inactive", "ttyconsole t-dumpxml",
            "destroy t-dumpxml", "dumpxml t-dumpxml", "undefine t-dumpxml"),
        new("t-flags",
            "define {dir}/odd.xml --validate", "list --all --name", "create {dir}/odd.xml --validate", "define {dir}/odd.xml", "start t-flags --paused --force-boot --bypass-cache --reset-nvram",
            "undefine t-flags --nvram --tpm --managed-save --checkpoints-metadata", "destroy t-flags", "define {dir}/dom.xml --validate", "undefine t-flags --keep-nvram --keep-tpm", "list --all --name"),
        new("t-snap",
            "define {dir}/dom.xml", "start t-snap --paused",
            "snapshot-create-as t-snap s1 first~one --disk-only --atomic --diskspec vda,file={dir}/a.s1 --diskspec vdb,file={dir}/b.s1",
            "snapshot-create-as t-snap s2 --disk-only --diskspec vda,file={dir}/a.s2 --diskspec vdb,snapshot=no",
            "domblklist t-snap", "snapshot-list t-snap", "snapshot-list t-snap --tree", "snapshot-list t-snap --parent", "snapshot-list t-snap --roots", "snapshot-list t-snap --leaves --name",
            "snapshot-list t-snap --topological --name", "snapshot-list t-snap --from s1", "snapshot-list t-snap --current --descendants", "snapshot-list t-snap --no-metadata",
            "snapshot-list t-snap --disk-only", "snapshot-list t-snap --external --name", "snapshot-list t-snap --internal --name", "snapshot-list t-snap --active --name",
            "snapshot-info t-snap s1", "snapshot-info t-snap --current", "snapshot-current t-snap --name", "snapshot-parent t-snap s2", "snapshot-parent t-snap s1", "snapshot-current t-snap s1",
            "snapshot-current t-snap --name", "snapshot-list t-snap --tree --current", "undefine t-snap", "snapshot-delete t-snap s1 --metadata", "snapshot-list t-snap --tree",
            "snapshot-delete t-snap s2 --metadata", "snapshot-list t-snap", "destroy t-snap", "undefine t-snap"),
        new("t-snapflags",
            "define {dir}/dom.xml", "start t-snapflags --paused",
            "snapshot-create-as t-snapflags p1 --disk-only --print-xml",
            "snapshot-create-as t-snapflags s0 --disk-only --no-metadata --diskspec vda,file={dir}/a.s0 --diskspec vdb,file={dir}/b.s0", "snapshot-list t-snapflags",
            "snapshot-create-as t-snapflags s1 --disk-only --reuse-external --diskspec vda,file={dir}/a.missing --diskspec vdb,file={dir}/b.missing",
            "snapshot-create-as t-snapflags s1 --disk-only --diskspec vda,file={dir}/a.qcow2 --diskspec vdb,snapshot=no",
            "snapshot-create-as t-snapflags s1 --disk-only --diskspec vda,file={dir}/no/such/dir --diskspec vdb,snapshot=no",
            "snapshot-create-as t-snapflags s1 --disk-only --diskspec vdz,file={dir}/x", "snapshot-create-as t-snapflags s1 --memspec {dir}/m --disk-only",
            "snapshot-create-as t-snapflags s1 --disk-only --quiesce --diskspec vda,file={dir}/a.s1 --diskspec vdb,file={dir}/b.s1",
            "snapshot-create-as t-snapflags s1 --disk-only --live --diskspec vda,file={dir}/a.s1 --diskspec vdb,file={dir}/b.s1", "snapshot-list t-snapflags",
            "snapshot-create-as t-snapflags s2 --disk-only --halt --diskspec vda,file={dir}/a.s2 --diskspec vdb,file={dir}/b.s2", "domstate t-snapflags --reason",
            "snapshot-create-as t-snapflags s1 --disk-only --diskspec vda,file={dir}/a.s3 --diskspec vdb,file={dir}/b.s3", "snapshot-list t-snapflags --tree",
            "snapshot-delete t-snapflags s1 --children-only --metadata", "snapshot-delete t-snapflags s1 --children --metadata", "snapshot-list t-snapflags"),
        new("t-snapmem",
            "define {dir}/dom.xml", "start t-snapmem",
            "snapshot-create-as t-snapmem s1 --memspec {dir}/mem,snapshot=external --diskspec vda,file={dir}/a.s1 --diskspec vdb,file={dir}/b.s1",
            "domstate t-snapmem", "snapshot-info t-snapmem s1", "snapshot-list t-snapmem", "snapshot-delete t-snapmem s1 --metadata"),
        new("t-snaperr",
            "snapshot-list t-snaperr", "define {dir}/dom.xml", "snapshot-list t-snaperr", "snapshot-list t-snaperr --tree", "snapshot-info t-snaperr nothere", "snapshot-current t-snaperr", "snapshot-delete t-snaperr nothere",
            "snapshot-revert t-snaperr nothere", "snapshot-create t-snaperr {dir}/dom.xml", "snapshot-create t-snaperr {dir}/bad.xml", "snapshot-parent t-snaperr nothere",
            "snapshot-delete t-snaperr --current"),
        new("t-agentless", ["define {dir}/dom.xml", .. Ask("t-agentless"), "start t-agentless", .. Ask("t-agentless"), .. Quiesce("t-agentless"), "destroy t-agentless"]),
        new("t-agent",
            ["define {dir}/agent.xml", "start t-agent", .. Ask("t-agent"), .. Quiesce("t-agent"), "suspend t-agent", "domfsfreeze t-agent", "domtime t-agent", "shutdown t-agent",
            "shutdown t-agent --mode agent,acpi", "reboot t-agent --mode agent", "reboot t-agent", .. Quiesce("t-agent"), "destroy t-agent"]),
        new("t-readonly",
            "define {dir}/dom.xml", "-r list --all", "-r dumpxml t-readonly", "-r dumpxml t-readonly --security-info", "-r dominfo t-readonly", "-r domblklist t-readonly", "-r start t-readonly",
            "-r undefine t-readonly", "-r define {dir}/dom.xml", "-r create {dir}/dom.xml", "-r autostart t-readonly", "-r setmem t-readonly 1024", "-r desc t-readonly hello", "-r domrename t-readonly other",
            "-r snapshot-create t-readonly", "-r snapshot-list t-readonly", "-r qemu-monitor-command t-readonly help", "start t-readonly", "-r destroy t-readonly",
            "-r suspend t-readonly", "-r reboot t-readonly", "-r save t-readonly /x",
            "-r domstate t-readonly", "destroy t-readonly"),
        new("t-errors",
            "define {dir}/bad.xml", "define {dir}/noname.xml", "define {dir}/nothere.xml", "define {dir}/dom.xml", "define {dir}/sameuuid.xml", "define {dir}/samename.xml", "create {dir}/sameuuid.xml",
            "dominfo nothere", "start nothere", "suspend t-errors", "resume t-errors", "reboot t-errors", "shutdown t-errors", "destroy t-errors", "ttyconsole t-errors", "domdisplay t-errors",
            "start", "start t-errors --nosuch", "list --all extra", "domstate t-errors --reason=1", "dumpxml", "reset t-errors"),
    }.ToDictionary(session => session.Name);

    private static string[] Quiesce(string name) =>
        [$"snapshot-create-as {name} s1 --quiesce", $"snapshot-create-as {name} s1 --disk-only --quiesce --diskspec vda,file={{dir}}/a.s1 --diskspec vdb,snapshot=no"];

    private static IEnumerable<string> Ask(string name) => Agent.Select(step => step.Replace("{name}", name, StringComparison.Ordinal));
}
