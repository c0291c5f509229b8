namespace Vireo.Interop.Tests;

/// <summary>Sessions about what a snapshot's document may say.</summary>
internal static class SnapshotSessions
{
    /// <summary>Disks that the user takes himself or leaves out, places that cannot take an overlay, memory.</summary>
    public static Session Kinds { get; } = new(
        "t-snapkinds",
        "define {dir}/dom.xml", "snapshot-create-as t-snapkinds no --diskspec vdb,snapshot=manual", "snapshot-create-as t-snapkinds no --disk-only --diskspec vdb,snapshot=manual --diskspec vda,snapshot=no",
        "snapshot-create-as t-snapkinds off --disk-only --diskspec vdb,snapshot=manual --diskspec vda,file={dir}/a.off", "snapshot-dumpxml t-snapkinds off",
        "snapshot-create-as t-snapkinds no --disk-only --diskspec vdb,snapshot=manual,file={dir}/x", "start t-snapkinds --paused", "resume t-snapkinds",
        "snapshot-create-as t-snapkinds on --disk-only --diskspec vdb,snapshot=manual --diskspec vda,file={dir}/a.on", "domstate t-snapkinds --reason", "domblklist t-snapkinds",
        "snapshot-create-as t-snapkinds again --disk-only --diskspec vdb,snapshot=manual --diskspec vda,file={dir}/a.again", "domstate t-snapkinds --reason", "resume t-snapkinds",
        "snapshot-create-as t-snapkinds mem --memspec {dir}/mem --diskspec vdb,snapshot=manual --diskspec vda,file={dir}/a.mem", "domstate t-snapkinds --reason", "resume t-snapkinds",
        "snapshot-create-as t-snapkinds left --memspec {dir}/left --diskspec vdb,snapshot=no --diskspec vda,file={dir}/a.left", "domstate t-snapkinds --reason",
        "snapshot-create-as t-snapkinds alone --memspec {dir}/alone --diskspec vdb,snapshot=no --diskspec vda,snapshot=no", "domstate t-snapkinds --reason",
        "snapshot-create-as t-snapkinds no --memspec {dir}/m --diskspec vdb,snapshot=no --diskspec vda,snapshot=internal", "snapshot-create-as t-snapkinds no --memspec {dir}/m --diskspec vdb,file=rel",
        "snapshot-create-as t-snapkinds no --disk-only --diskspec vda --diskspec vda", "snapshot-create-as t-snapkinds no --disk-only --diskspec vdb,snapshot=no --diskspec vda,stype=block,file={dir}/nothere",
        "snapshot-create-as t-snapkinds no --disk-only --diskspec vdb,snapshot=no --diskspec vda,stype=block,file={dir}/mem",
        "snapshot-create-as t-snapkinds no --disk-only --diskspec vdb,snapshot=no --diskspec vda,driver=raw,file={dir}/x", "snapshot-list t-snapkinds --name");

    /// <summary>Reverts of domains that end with their process, and of one that is booted paused.</summary>
    public static Session Transient { get; } = new(
        "t-snaptrans",
        "create {dir}/dom.xml --paused", "snapshot-create-as t-snaptrans tr1", "snapshot-create-as t-snaptrans no --halt", "snapshot-create-as t-snaptrans no --halt --no-metadata --disk-only", "snapshot-revert t-snaptrans tr1 --running",
        "domstate t-snaptrans --reason", "snapshot-revert t-snaptrans tr1 --paused", "domstate t-snaptrans --reason", "snapshot-list t-snaptrans --name", "destroy t-snaptrans", "create {dir}/dom.xml --paused",
        "snapshot-list t-snaptrans --name", "destroy t-snaptrans", "define {dir}/dom.xml", "snapshot-create-as t-snaptrans off1", "snapshot-revert t-snaptrans off1 --paused", "domstate t-snaptrans --reason",
        "snapshot-revert t-snaptrans off1 --running", "domstate t-snaptrans --reason", "undefine t-snaptrans", "destroy t-snaptrans", "define {dir}/dom.xml", "snapshot-list t-snaptrans --name");

    /// <summary>Redefinition: what a document needs, how disks it does not name are filled in, where it may stand in the tree, what it may not change.</summary>
    public static Session Redefined { get; } = Redefinitions();

    private static Session Redefinitions()
    {
        (string Document, string? Shown)[] cases =
        [
            ("", null), ("<name>n</name>", null), ("<name>n</name><creationTime>5</creationTime>", null), (Head("n", "bogus"), null), (Head("n", "nostate"), null), (Head("n", "blocked"), null), (Head("n", "pmsuspended"), null),
            (Head("n", "shutoff"), null), (Head("a/b", "shutoff"), null), (Head(".b", "shutoff"), null), (Head("n", "paused", "<parent><name>nothere</name></parent>"), null), (Head("n", "paused", "<parent><name>n</name></parent>"), null),
            (Head("n", "running", "<memory snapshot='external'/>"), null), (Head("n", "shutoff", "<memory snapshot='internal'/>"), null), (Head("n", "running", "<memory snapshot='internal' file='/x'/>"), null),
            (Head("n", "running", "<memory file='x'/>"), null),
            (Full("off", "shutoff"), "off"), (Full("run", "running"), "run"), (Full("disks", "disk-snapshot", "<parent><name>off</name></parent>"), "disks"), (Full("crashed", "crashed"), "crashed"), (Full("down", "shutdown"), "down"),
            (Full("mixed", "shutoff", "<disks><disk name='vda' snapshot='external'/></disks>"), "mixed"), (Full("mem", "running", "<memory file='/x/y'/>"), "mem"), (Full("nomem", "running", "<memory snapshot='no'/>"), "nomem"),
            (Full("n", "running", "<disks><disk name='vda' snapshot='no'/></disks>"), null), (Full("n", "disk-snapshot", "<disks><disk name='vda'><source file='rel'/></disk></disks>"), null),
            (Full("n", "disk-snapshot", "<disks><disk name='vda'/><disk name='vda'/></disks>"), null), (Full("n", "disk-snapshot", "<disks><disk name='vdz'/></disks>"), null),
            (Full("raw", "disk-snapshot", "<disks><disk name='vda' snapshot='external'><driver type='raw'/><source file='/abs'/></disk><disk name='vdb' snapshot='manual'/></disks>"), "raw"),
            (Full("off", "running"), null), (Full("off", "disk-snapshot"), null), (Full("disks", "shutoff"), null), (Full("off", "shutoff", "<parent><name>disks</name></parent>"), null),
            (Head("off", "shutoff", "{domain|<uuid>8|<uuid>9}"), null),
            (Head("off", "shutoff", "{domain|<name>|<name>other-}"), null), (Head("off", "shutoff", "{domain|<vcpu>1|<vcpu>2}"), null),
            (Head("off", "shutoff", "{domain|>32<|>64<}"), null), (Head("off", "shutoff", "{domain|'vdb'|'vdc'}"), null),
            (Head("off", "shutoff", "<description>kept</description>"), "off"), (Full("top", "shutoff", "<parent><name>disks</name></parent>"), null),
        ];
        var steps = new List<string> { "define {dir}/dom.xml" };
        for (int i = 0; i < cases.Length; i++)
        {
            steps.Add($"snapshot-create t-redefine {{dir}}/r{i}.xml --redefine");
            if (cases[i].Shown is { } shown)
                steps.Add($"snapshot-dumpxml t-redefine {shown}");
        }

        steps.AddRange(
        [
            "snapshot-list t-redefine --tree", "snapshot-list t-redefine --active --name", "snapshot-list t-redefine --inactive --name", "snapshot-list t-redefine --external --name", "snapshot-current t-redefine --name",
            $"snapshot-create t-redefine {{dir}}/r{cases.Length - 1}.xml --redefine --current", "snapshot-current t-redefine --name", $"snapshot-create t-redefine {{dir}}/r{cases.Length - 1}.xml --redefine --disk-only",
            $"snapshot-create t-redefine {{dir}}/r{cases.Length - 1}.xml --redefine --live", $"snapshot-create t-redefine {{dir}}/r{cases.Length - 1}.xml --redefine --no-metadata",
            $"snapshot-create t-redefine {{dir}}/r{cases.Length - 1}.xml --current",
        ]);
        return new("t-redefine", [.. steps]) { Documents = cases.Select((one, i) => ($"r{i}.xml", $"<domainsnapshot>{one.Document}</domainsnapshot>")).ToDictionary(d => d.Item1, d => d.Item2) };
    }

    private static string Head(string name, string state, string more = "") => $"<name>{name}</name><creationTime>1234567890</creationTime><state>{state}</state>{more}";

    private static string Full(string name, string state, string more = "") => Head(name, state, more) + "{domain}";
}
