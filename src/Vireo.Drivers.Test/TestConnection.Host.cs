using System.Globalization;
using Vireo.Cpu;

namespace Vireo.Drivers.Test;

/// <content>The pretended host.</content>
internal sealed partial class TestConnection
{
    public override ValueTask<string> ConnectGetTypeAsync(CancellationToken cancellationToken) => ValueTask.FromResult("TEST");

    public override ValueTask<ulong> ConnectGetVersionAsync(CancellationToken cancellationToken) => ValueTask.FromResult(2UL);

    public override ValueTask<ulong> ConnectGetLibVersionAsync(CancellationToken cancellationToken) => ValueTask.FromResult(ContractVersion.Number);

    public override ValueTask<string> ConnectGetUriAsync(CancellationToken cancellationToken) => ValueTask.FromResult(uri);

    public override ValueTask<string> ConnectGetHostnameAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Environment.MachineName);

    public override ValueTask<int> ConnectIsSecureAsync(CancellationToken cancellationToken) => ValueTask.FromResult(1);

    public override ValueTask<int> ConnectGetMaxVcpusAsync(string? type, CancellationToken cancellationToken) => ValueTask.FromResult(32);

    public override ValueTask<string> ConnectGetCapabilitiesAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(TestDefaults.Capabilities(hypervisor.Cpus));

    public override ValueTask<NodeGetInfoResult> NodeGetInfoAsync(CancellationToken cancellationToken)
    {
        var cpus = hypervisor.Cpus;
        return ValueTask.FromResult(new NodeGetInfoResult(cpus.Model, TestDefaults.MemoryKiB, cpus.Active, cpus.Mhz, cpus.Nodes, cpus.Sockets, cpus.Cores, cpus.Threads));
    }

    public override ValueTask<ulong> NodeGetFreeMemoryAsync(CancellationToken cancellationToken)
    {
        lock (hypervisor.Gate)
        {
            var used = hypervisor.Domains.Where(d => d.IsActive).Aggregate(0UL, (sum, d) => sum + (d.Config.CurrentMemory?.KiB ?? 0));
            return ValueTask.FromResult(used < TestDefaults.MemoryKiB ? (TestDefaults.MemoryKiB - used) * 1024 : 0UL);
        }
    }

    public override ValueTask<ConnectGetCpuModelNamesResult> ConnectGetCpuModelNamesAsync(string arch, int needResults, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Test, "testConnectGetCPUModelNames");
        var models = CpuArchitecture.ModelsOf(arch, ErrorDomain.Test);
        return ValueTask.FromResult(new ConnectGetCpuModelNamesResult(needResults != 0 ? [.. models] : [], models.Count));
    }

    public override ValueTask<string> ConnectBaselineCpuAsync(string[] xmlCPUs, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, (uint)(ConnectBaselineCPUFlags.ExpandFeatures | ConnectBaselineCPUFlags.Migratable), ErrorDomain.Test, "testConnectBaselineCPU");
        var wanted = (ConnectBaselineCPUFlags)flags;
        return ValueTask.FromResult(CpuArchitecture.Baseline(xmlCPUs, wanted.HasFlag(ConnectBaselineCPUFlags.ExpandFeatures), wanted.HasFlag(ConnectBaselineCPUFlags.Migratable)).ToXml());
    }

    public override ValueTask<string> ConnectGetSysinfoAsync(uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Test, "virConnectGetSysinfo");
        return ValueTask.FromResult(string.Create(
            CultureInfo.InvariantCulture,
            $"<sysinfo type='smbios'>\n  <bios>\n    <entry name='vendor'>Vireo</entry>\n    <entry name='version'>{ContractVersion.Text}</entry>\n  </bios>\n</sysinfo>\n"));
    }
}
