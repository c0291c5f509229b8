namespace Vireo.Interop.Tests;

/// <summary>Sessions about what guests may take of their host.</summary>
internal static class TuningSessions
{
    private const string Card = "52:54:00:00:00:21";
    private const string User = "52:54:00:00:00:22";

    private static readonly Dictionary<string, string> Documents = new()
    {
        ["tuned.xml"] = "{domain|<vcpu>1</vcpu>|<vcpu current='2'>3</vcpu><iothreads>2</iothreads>}",
    };

    /// <summary>Where threads run.</summary>
    public static Session Pins { get; } = new(
        "t-pins",
        [
            "define {dir}/tuned.xml", "vcpupin t-pins", "vcpupin t-pins 1 0", "vcpupin t-pins 1 0 --config", "vcpupin t-pins", "vcpupin t-pins 9 0 --config", "emulatorpin t-pins", "emulatorpin t-pins 0 --config",
            "emulatorpin t-pins", "iothreadpin t-pins 1 1", "iothreadpin t-pins 7 1", "vcpuinfo t-pins --pretty", "start t-pins --paused", "vcpupin t-pins", "vcpupin t-pins 0", "vcpupin t-pins 0 0", "vcpupin t-pins 0 0-1,^1 --live",
            "vcpupin t-pins 0 1 --config", "vcpupin t-pins 5 0", "vcpupin t-pins 2 0", "vcpupin t-pins 0 7", "vcpupin t-pins 0 x", "vcpupin t-pins 0 ^0", "vcpupin t-pins 0 r", "vcpupin t-pins --config", "vcpupin t-pins --live",
            "vcpupin t-pins --live --config", "emulatorpin t-pins 0", "emulatorpin t-pins", "emulatorpin t-pins 0-1 --config", "emulatorpin t-pins --config", "emulatorpin t-pins 9", "iothreadpin t-pins 1 0", "iothreadpin t-pins 9 0",
            "iothreadpin t-pins 2 0 --config", "iothreadpin t-pins 1 9", "dumpxml t-pins --xpath //cputune", "dumpxml t-pins --inactive --xpath //cputune", "dumpxml t-pins --inactive --xpath //iothreadids",
            "cpu-stats t-pins", "cpu-stats t-pins --start 5", "destroy t-pins", "cpu-stats t-pins", "dumpxml t-pins --xpath //cputune", "undefine t-pins",
        ])
    { Documents = Documents };

    /// <summary>Processor time, memory, nodes, block devices, disks.</summary>
    public static Session Limits { get; } = new(
        "t-limits",
        [
            "define {dir}/tuned.xml", "schedinfo t-limits", "schedinfo t-limits --set vcpu_quota=30000", "schedinfo t-limits --set vcpu_quota=-1 --live", "memtune t-limits",
            "memtune t-limits --hard-limit 1G --soft-limit 500M --swap-hard-limit 2G", "memtune t-limits", "memtune t-limits --live", "numatune t-limits", "numatune t-limits --nodeset x", "numatune t-limits --mode preferred --nodeset 0",
            "numatune t-limits", "numatune t-limits --mode strict --nodeset 0", "blkiotune t-limits", "blkiotune t-limits --weight 700 --device-weights /dev/vda,200", "blkiotune t-limits --device-weights /dev/vda,0 --device-write-iops-sec /dev/vda,700", "blkiotune t-limits",
            "blkdeviotune t-limits vda --total-iops-sec 50 --total-iops-sec-max 100", "blkdeviotune t-limits vda --live", "blkdeviotune t-limits vda", "dumpxml t-limits",
            "memtune t-limits --hard-limit -1 --soft-limit -1 --swap-hard-limit -1", "blkiotune t-limits --device-write-iops-sec /dev/vda,0", "start t-limits --paused",
            "schedinfo t-limits", "schedinfo t-limits --set cpu_shares=2048", "schedinfo t-limits --set vcpu_quota=50000 --set vcpu_period=100000", "schedinfo t-limits --set emulator_quota=20000", "schedinfo t-limits --set global_quota=70000",
            "schedinfo t-limits --set iothread_quota=70000 --live", "schedinfo t-limits --set nosuch=3", "schedinfo t-limits --set vcpu_period=1", "schedinfo t-limits --set vcpu_quota=1", "schedinfo t-limits --set cpu_shares=abc",
            "schedinfo t-limits --weight 3", "schedinfo t-limits --config --set cpu_shares=512", "schedinfo t-limits --config",
            "memtune t-limits --hard-limit 600000", "memtune t-limits --soft-limit 500000", "memtune t-limits --swap-hard-limit 700000", "memtune t-limits --min-guarantee 5", "memtune t-limits",
            "memtune t-limits --hard-limit 800000 --swap-hard-limit 100000", "memtune t-limits --hard-limit -1", "memtune t-limits --hard-limit x", "numatune t-limits --mode interleave", "numatune t-limits --mode nosuch",
            "numatune t-limits --nodeset 5", "blkiotune t-limits", "blkiotune t-limits --weight 500", "blkiotune t-limits --device-read-bytes-sec /dev/nosuch,1000000", "blkiotune t-limits --device-read-iops-sec /dev/vda", "blkiotune t-limits",
            "blkdeviotune t-limits vda --total-bytes-sec 1000000", "blkdeviotune t-limits vda --read-bytes-sec 1000",
            "blkdeviotune t-limits vda --total-bytes-sec 0 --read-iops-sec 100 --read-iops-sec-max 200 --read-iops-sec-max-length 3", "blkdeviotune t-limits vda --group-name g1 --write-bytes-sec 5M", "blkdeviotune t-limits vda",
            "blkdeviotune t-limits vdb --group-name g1", "blkdeviotune t-limits vdb", "blkdeviotune t-limits vdb --total-iops-sec-max 5", "blkdeviotune t-limits vdb --size-iops-sec 4096", "blkdeviotune t-limits vdz --total-bytes-sec 3",
            "blkdeviotune t-limits vda --total-bytes-sec -3", "blkdeviotune t-limits vda --read-bytes-sec 5 --total-bytes-sec 7", "blkdeviotune t-limits vda --config --total-iops-sec 60", "blkdeviotune t-limits vda --config",
            "blkdeviotune t-limits vda --read-iops-sec 10000000000000000", "blkdeviotune t-limits vda --write-iops-sec-max 10 --write-iops-sec-max-length 4", "dumpxml t-limits --xpath //cputune", "dumpxml t-limits --xpath //memtune",
            "dumpxml t-limits --xpath //numatune", "dumpxml t-limits --xpath //blkiotune", "dumpxml t-limits --xpath //iotune", "dumpxml t-limits --inactive --xpath //cputune", "dumpxml t-limits --inactive --xpath //iotune",
            "destroy t-limits", "start t-limits --paused", "schedinfo t-limits", "blkdeviotune t-limits vda", "destroy t-limits", "undefine t-limits",
        ])
    { Documents = Documents };

    /// <summary>The traffic of cards. What libvirtd sets for a running guest it sets by a discipline that not every kernel has.</summary>
    public static Session Traffic { get; } = new(
        "t-traffic",
        [
            "define {dir}/cards.xml", $"domiftune t-traffic {Card}", $"domiftune t-traffic {Card} --inbound 100,200,300", $"domiftune t-traffic {Card} --outbound 50", $"domiftune t-traffic {Card}",
            $"domiftune t-traffic {Card} --inbound 0", "dumpxml t-traffic --xpath //bandwidth", $"domiftune t-traffic {Card} --outbound 0", "dumpxml t-traffic --xpath //bandwidth", $"domiftune t-traffic {Card} --inbound x",
            $"domiftune t-traffic {Card} --inbound ,5", "domiftune t-traffic vnet77", "domiftune t-traffic vnet77 --inbound 5", $"domiftune t-traffic {Card} --live", "start t-traffic --paused", $"domiftune t-traffic {Card}",
            $"domiftune t-traffic {Card} --inbound 0", $"domiftune t-traffic {User} --inbound 7", $"domiftune t-traffic {User} --inbound 7 --config", $"domiftune t-traffic {User} --config", "destroy t-traffic", "undefine t-traffic",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["cards.xml"] = $"{{domain|</devices>|<interface type='ethernet'><mac address='{Card}'/></interface><interface type='user'><mac address='{User}'/></interface></devices>}}",
        },
    };

    /// <summary>Performance events.</summary>
    public static Session Events { get; } = new(
        "t-perf",
        "define {dir}/dom.xml", "perf t-perf", "perf t-perf --enable cpu_clock,instructions", "perf t-perf --enable nosuch", "perf t-perf --enable cpu_clock --live", "perf t-perf --disable instructions", "dumpxml t-perf --xpath //perf",
        "start t-perf --paused", "perf t-perf", "perf t-perf --enable cmt", "perf t-perf --enable page_faults", "perf t-perf --enable task_clock --disable page_faults", "perf t-perf --enable context_switches --config", "perf t-perf --config", "perf t-perf",
        "dumpxml t-perf --xpath //perf", "destroy t-perf", "undefine t-perf");
}
