namespace Vireo.Interop.Tests;

/// <summary>Sessions about what is counted: of guests that stand still, and of the host.</summary>
internal static class FigureSessions
{
    /// <summary>Domains and their devices.</summary>
    public static Session Domains { get; } = new(
        "t-figures",
        [
            "define {dir}/figures.xml", "domstats t-figures", "domstats t-figures --block --backing", "dommemstat t-figures", "domifstat t-figures vnet0", "domdirtyrate-calc t-figures --seconds 1",
            "start t-figures --paused", "domstats t-figures", "domstats t-figures --state --enforce", "domstats t-figures --vm --memory --enforce", "domstats t-figures --list-running",
            "domstats t-figures --list-paused --list-transient", "domstats --list-paused --list-persistent --state", "domstats t-figures --nowait --vcpu", "domstats nosuch", "domstats t-figures --raw --balloon",
            "snapshot-create-as t-figures s1 --disk-only --no-metadata --diskspec vda,file={dir}/a.s1 --diskspec vdb,snapshot=no", "domstats t-figures --block --backing",
            "domblkthreshold t-figures vda 1M", "domstats t-figures --block", "dommemstat t-figures", "dommemstat t-figures --period 3 --live", "domifstat t-figures vnet99", "domifstat t-figures 52:54:00:00:00:11",
            "domdirtyrate-calc t-figures --seconds 61", "domdirtyrate-calc t-figures --seconds 0", "destroy t-figures", "undefine t-figures",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["figures.xml"] = "{domain|</devices>|<interface type='user'><mac address='52:54:00:00:00:11'/></interface><disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk></devices><iothreads>2</iothreads>}",
        },
    };

    /// <summary>The host.</summary>
    public static Session Host { get; } = new(
        "t-hostfigures",
        "nodecpustats", "nodecpustats 0", "nodecpustats 99", "nodecpustats --percent", "nodecpustats x", "nodememstats", "nodememstats 0", "nodememstats 9", "nodecpumap", "nodecpumap --pretty", "freecell", "freecell 0",
        "freecell 9", "freecell --all", "freepages --all", "freepages 0 --pagesize 4", "freepages 0 --pagesize 5", "freepages 0", "freepages 9 --pagesize 4", "freepages --all --pagesize 2M", "allocpages 5K 1",
        "allocpages 4K 1", "allocpages 2M 0 --cellno 7", "node-memory-tune", "node-memory-tune --shm-pages-to-scan 100", "node-memory-tune --shm-merge-across-nodes 1", "node-memory-tune --shm-sleep-millisecs x",
        "sysinfo", "nodesuspend mem 1", "nodesuspend nosuch 60", "nodesuspend disk 70", "nodesevinfo");
}
