namespace Vireo.Interop.Tests;

/// <summary>Sessions with the images of disks, on a guest that stands still.</summary>
public static class BlockSessions
{
    /// <summary>Jobs that begin, are watched, paced and ended.</summary>
    public static Session Jobs { get; } = new(
        "t-blockjobs",
        [
            "define {dir}/dom.xml", "start t-blockjobs --paused", .. Overlays("t-blockjobs", "s1", "s2", "s3"),
            "domblkthreshold t-blockjobs vda 1M", "domblkthreshold t-blockjobs vda[2] 1M", "domblkthreshold t-blockjobs vda[3] 1M", "domblkthreshold t-blockjobs vda[1] 1M",
            "blockcommit t-blockjobs vda --top {dir}/a.s2 --base {dir}/a.s1 --wait --verbose", "domblklist t-blockjobs", "blockcommit t-blockjobs vda --top {dir}/nothere --wait",
            "blockcommit t-blockjobs vda --shallow --wait", "blockcommit t-blockjobs vda --active --wait --verbose", "blockjob t-blockjobs vda", "blockjob t-blockjobs vda --raw",
            "blockjob t-blockjobs vda --info --bytes", "blockjob t-blockjobs vda --bandwidth 2", "blockjob t-blockjobs vda", "blockjob t-blockjobs vda --raw --bytes",
            "blockjob t-blockjobs vda --bandwidth 1500 --bytes", "blockjob t-blockjobs vda", "blockjob t-blockjobs vda --raw", "blockcommit t-blockjobs vda --active", "blockpull t-blockjobs vda",
            "blockcopy t-blockjobs vda {dir}/y --transient-job", "blockresize t-blockjobs vda 8M", "blockjob t-blockjobs vda --abort", "blockjob t-blockjobs vda",
            "blockcommit t-blockjobs vda --shallow --keep-overlay --wait --verbose", "blockcommit t-blockjobs vda --shallow --pivot --verbose", "domblklist t-blockjobs",
            "blockcommit t-blockjobs vda --pivot --wait --timeout 10 --bandwidth 100 --delete", "domblklist t-blockjobs", .. Overlays("t-blockjobs", "s4", "s5"),
            "blockpull t-blockjobs vda --base {dir}/a.qcow2 --wait --verbose", "blockpull t-blockjobs vda --base {dir}/a.s4 --wait", "blockpull t-blockjobs vda --bandwidth 1 --bytes",
            "blockpull t-blockjobs vda", "snapshot-create-as t-blockjobs s6 --disk-only --diskspec vda,file={dir}/a.s6 --diskspec vdb,snapshot=no", "blockjob t-blockjobs vda --pivot",
            "blockjob t-blockjobs vda --abort", "blockpull t-blockjobs vda --wait --timeout 1 --bandwidth 1 --bytes", "blockpull t-blockjobs vda --wait --verbose", "domblklist t-blockjobs",
            "destroy t-blockjobs", "undefine t-blockjobs",
        ]);

    /// <summary>Copies to other places.</summary>
    public static Session Copies { get; } = new(
        "t-blockcopy",
        "define {dir}/dom.xml", "start t-blockcopy --paused", "blockcopy t-blockcopy vda --dest {dir}/c.1", "blockcopy t-blockcopy vda --xml {dir}/copy.xml --print-xml",
        "blockcopy t-blockcopy vda {dir}/c.1 --print-xml", "blockcopy t-blockcopy vda {dir}/c.1 --print-xml --blockdev --format raw", "blockcopy t-blockcopy vda {dir}/c.1 --granularity 3 --transient-job",
        "blockcopy t-blockcopy vda {dir}/c.1 --wait --verbose --transient-job", "blockjob t-blockcopy vda", "blockjob t-blockcopy vda --pivot", "domblklist t-blockcopy",
        "blockcopy t-blockcopy vda {dir}/c.2 --wait --verbose --finish --transient-job",
        "blockcopy t-blockcopy vda {dir}/c.3 --pivot --verbose --transient-job --bandwidth 100 --granularity 65536 --buf-size 1048576", "domblklist t-blockcopy",
        "blockcopy t-blockcopy vda --xml {dir}/copy.xml --wait --pivot --transient-job --bandwidth 1048576 --bytes", "blockcopy t-blockcopy vda --xml {dir}/none.xml --wait", "domblklist t-blockcopy",
        "blockcopy t-blockcopy vda {dir}/c.4 --bandwidth 1 --bytes --transient-job", "blockjob t-blockcopy vda --pivot", "blockjob t-blockcopy vda --abort",
        "blockcopy t-blockcopy vda {dir}/c.5 --wait --timeout 1 --bandwidth 1 --bytes --transient-job", "blockcopy t-blockcopy vda {dir}/c.6 --wait --synchronous-writes --transient-job --async",
        "blockjob t-blockcopy vda --abort", "blockcopy t-blockcopy vda {dir}/c.7 --shallow --transient-job --wait --finish", "blockcopy t-blockcopy vda {dir}/c.7 --reuse-external --transient-job --wait --finish",
        "destroy t-blockcopy", "undefine t-blockcopy", "create {dir}/dom.xml --paused", "blockcopy t-blockcopy vda {dir}/c.9 --wait --finish", "blockcopy t-blockcopy vda {dir}/c.10 --format raw --wait --finish",
        "blockcopy t-blockcopy vda {dir}/c.12 --raw --wait --finish", "destroy t-blockcopy");

    /// <summary>What is refused, and how; sizes and counters.</summary>
    public static Session Refusals { get; } = new(
        "t-block",
        "define {dir}/dom.xml", "blockpull t-block vda", "blockcopy t-block vda {dir}/x", "blockjob t-block vda", "blockresize t-block vda 8M", "domblkthreshold t-block vda 1", "domblkerror t-block",
        "domblkinfo t-block vda", "domblkinfo t-block --all --human", "domblkinfo t-block vdz", "domblkstat t-block vda", "domjobinfo t-block", "domjobabort t-block", "start t-block --paused",
        "domjobinfo t-block", "domjobinfo t-block --completed", "domjobinfo t-block --rawstats", "domjobinfo t-block --keep-completed", "domjobabort t-block", "domjobabort t-block --postcopy",
        "domblkerror t-block", "domblkinfo t-block vda", "domblkinfo t-block vda --human", "domblkinfo t-block --all", "domblkinfo t-block {dir}/a.qcow2", "domblkinfo t-block", "domblkstat t-block vda",
        "domblkstat t-block", "domblkstat t-block vda --human", "domblkstat t-block vdz", "blockjob t-block vda", "blockjob t-block vda --raw", "blockjob t-block vda --abort", "blockjob t-block vda --pivot",
        "blockjob t-block vda 5", "blockjob t-block vda 5 --abort", "blockjob t-block vda --info --abort", "blockjob t-block vda --raw --pivot", "blockjob t-block vda --bytes --async", "blockjob t-block vda x",
        "blockjob t-block vda -1", "blockjob t-block vda -1 --bytes", "blockjob t-block vda 5Q", "blockjob t-block vdz", "blockcommit t-block vda", "blockcommit t-block vda --active",
        "blockcommit t-block vda --pivot --keep-overlay", "blockcommit t-block vda --bandwidth -1", "blockcommit t-block vda --timeout 0", "blockcommit t-block vda --timeout x", "blockcommit t-block vdz",
        "blockcommit t-block vda --verbose", "blockcommit t-block vda --async", "blockpull t-block vda --base {dir}/none", "blockpull t-block vda --keep-relative", "blockpull t-block vdz", "blockpull t-block vda x",
        "blockpull t-block vda --verbose", "blockpull t-block vda --async", "blockcopy t-block vda", "blockcopy t-block vda --dest {dir}/c --xml {dir}/copy.xml", "blockcopy t-block vda --xml {dir}/copy.xml --format raw",
        "blockcopy t-block vda {dir}/c --pivot --finish", "blockcopy t-block vda {dir}/c --format zz", "blockcopy t-block vda {dir}/c --granularity x", "blockcopy t-block vda {dir}/c --buf-size -1",
        "blockcopy t-block vda {dir}/c --bandwidth -1 --transient-job", "blockcopy t-block vda {dir}/c --bandwidth -1 --bytes --transient-job", "blockcopy t-block vda --xml {dir}/dom.xml --transient-job",
        "blockcopy t-block vda {dir}/a.qcow2 --transient-job", "blockcopy t-block vda {dir}/no/c --transient-job", "blockcopy t-block vda {dir}/c --transient-job --reuse-external",
        "blockresize t-block vda 8M", "blockresize t-block vda 8192", "blockresize t-block vda 8389121b", "blockresize t-block vda 0", "blockresize t-block vda x", "blockresize t-block vdz 8M",
        "blockresize t-block {dir}/a.qcow2 12M", "blockresize t-block vda 1000KB", "domblkinfo t-block vda", "domblkthreshold t-block vda 1000", "domblkthreshold t-block vda[x] 1M", "domblkthreshold t-block vdz 1M",
        "domblkthreshold t-block vda x", "domblklist t-block --details", "destroy t-block");

    private static IEnumerable<string> Overlays(string domain, params string[] names) =>
        names.Select(name => $"snapshot-create-as {domain} {name} --disk-only --no-metadata --diskspec vda,file={{dir}}/a.{name} --diskspec vdb,snapshot=no");
}
