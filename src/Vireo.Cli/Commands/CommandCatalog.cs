namespace Vireo.Cli.Commands;

/// <summary>Which method runs a command. What is missing here answers VIR_ERR_NO_SUPPORT.</summary>
internal static class CommandCatalog
{
    public static Func<CommandContext, ValueTask>? Find(string name) => ToolOrHost(name) ?? Domain(name) ?? DomainInformation(name) ?? Snapshot(name);

    private static Func<CommandContext, ValueTask>? ToolOrHost(string name) => name switch
    {
        "help" => ToolCommands.HelpAsync,
        "echo" => ToolCommands.EchoAsync,
        "quit" or "exit" => ToolCommands.QuitAsync,
        "cd" => ToolCommands.ChangeDirectoryAsync,
        "pwd" => ToolCommands.WorkingDirectoryAsync,
        "connect" => ToolCommands.ConnectAsync,
        "self-test" => ToolCommands.SelfTestAsync,
        "complete" => ToolCommands.CompleteAsync,
        "uri" => HostCommands.UriAsync,
        "hostname" => HostCommands.HostnameAsync,
        "sysinfo" => HostCommands.SysinfoAsync,
        "capabilities" => HostCommands.CapabilitiesAsync,
        "domcapabilities" => HostCommands.DomainCapabilitiesAsync,
        "nodeinfo" => HostCommands.NodeInfoAsync,
        "maxvcpus" => HostCommands.MaxVcpusAsync,
        "version" => HostCommands.VersionAsync,
        "freecell" => HostCommands.FreeMemoryAsync,
        "cpu-models" => HostCommands.CpuModelsAsync,
        _ => null,
    };

    private static Func<CommandContext, ValueTask>? Domain(string name) => name switch
    {
        "start" => DomainLifecycleCommands.StartAsync,
        "create" => DomainLifecycleCommands.CreateAsync,
        "destroy" => DomainLifecycleCommands.DestroyAsync,
        "shutdown" => DomainLifecycleCommands.ShutdownAsync,
        "reboot" => DomainLifecycleCommands.RebootAsync,
        "reset" => DomainLifecycleCommands.ResetAsync,
        "suspend" => DomainLifecycleCommands.SuspendAsync,
        "resume" => DomainLifecycleCommands.ResumeAsync,
        "define" => DomainDefinitionCommands.DefineAsync,
        "undefine" => DomainDefinitionCommands.UndefineAsync,
        "autostart" => DomainDefinitionCommands.AutostartAsync,
        "domrename" => DomainDefinitionCommands.RenameAsync,
        "edit" => DomainDefinitionCommands.EditAsync,
        "desc" => DomainDefinitionCommands.DescribeAsync,
        "setmem" => DomainResourceCommands.SetMemoryAsync,
        "setmaxmem" => DomainResourceCommands.SetMaxMemoryAsync,
        "setvcpus" => DomainResourceCommands.SetVcpusAsync,
        "console" => ConsoleCommand.RunAsync,
        "save" => SaveCommands.SaveAsync,
        "restore" => SaveCommands.RestoreAsync,
        "managedsave" => SaveCommands.ManagedSaveAsync,
        "managedsave-remove" => SaveCommands.RemoveAsync,
        "save-image-dumpxml" => SaveCommands.ImageXmlAsync,
        "attach-device" => DomainDeviceCommands.AttachAsync,
        "detach-device" => DomainDeviceCommands.DetachAsync,
        "update-device" => DomainDeviceCommands.UpdateAsync,
        "qemu-monitor-command" => MonitorCommands.MonitorAsync,
        "qemu-agent-command" => AgentCommands.CommandAsync,
        "inject-nmi" => MonitorCommands.InterruptAsync,
        "domjobabort" => DomainJobCommands.AbortAsync,
        "guest-agent-timeout" => AgentCommands.ResponseTimeoutAsync,
        "domfsfreeze" => AgentCommands.FreezeAsync,
        "domfsthaw" => AgentCommands.ThawAsync,
        "domfstrim" => AgentCommands.TrimAsync,
        "blockcommit" => BlockJobCommands.CommitAsync,
        "blockpull" => BlockJobCommands.PullAsync,
        "blockcopy" => BlockCopyCommand.RunAsync,
        "blockjob" => BlockJobCommands.JobAsync,
        "blockresize" => DiskCommands.ResizeAsync,
        "domblkthreshold" => DiskCommands.ThresholdAsync,
        _ => null,
    };

    private static Func<CommandContext, ValueTask>? DomainInformation(string name) => name switch
    {
        "list" => DomainListCommand.RunAsync,
        "event" => EventCommand.RunAsync,
        "domid" => DomainInfoCommands.IdAsync,
        "domname" => DomainInfoCommands.NameAsync,
        "domuuid" => DomainInfoCommands.UuidAsync,
        "domstate" => DomainInfoCommands.StateAsync,
        "dominfo" => DomainInfoCommands.InfoAsync,
        "dumpxml" => DomainInfoCommands.XmlAsync,
        "vcpucount" => DomainInfoCommands.VcpuCountAsync,
        "domcontrol" => DomainInfoCommands.ControlAsync,
        "dommemstat" => DomainInfoCommands.MemoryStatsAsync,
        "domhostname" => AgentCommands.HostnameAsync,
        "domtime" => AgentCommands.TimeAsync,
        "domblklist" => DomainDeviceCommands.DisksAsync,
        "domiflist" => DomainDeviceCommands.InterfacesAsync,
        "domdisplay" => DomainDeviceCommands.DisplayAsync,
        "vncdisplay" => DomainDeviceCommands.VncAsync,
        "ttyconsole" => DomainDeviceCommands.TerminalAsync,
        "domstats" => StatisticsCommands.DomainsAsync,
        "domblkstat" => DiskCommands.StatisticsAsync,
        "domblkinfo" => DiskCommands.SizesAsync,
        "domblkerror" => DiskCommands.ErrorsAsync,
        "domjobinfo" => DomainJobCommands.InfoAsync,
        "domifstat" => StatisticsCommands.InterfaceAsync,
        _ => null,
    };

    private static Func<CommandContext, ValueTask>? Snapshot(string name) => name switch
    {
        "snapshot-create" => SnapshotCreateCommands.CreateAsync,
        "snapshot-create-as" => SnapshotCreateCommands.CreateAsAsync,
        "snapshot-list" => SnapshotListCommand.RunAsync,
        "snapshot-info" => SnapshotCommands.InfoAsync,
        "snapshot-dumpxml" => SnapshotCommands.XmlAsync,
        "snapshot-parent" => SnapshotCommands.ParentAsync,
        "snapshot-current" => SnapshotCommands.CurrentAsync,
        "snapshot-delete" => SnapshotCommands.DeleteAsync,
        "snapshot-revert" => SnapshotCommands.RevertAsync,
        "snapshot-edit" => SnapshotCommands.EditAsync,
        _ => null,
    };
}
