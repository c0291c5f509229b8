namespace Vireo.Cli.Tests.Commands;

/// <summary>Output recorded from virsh 9.0.0 on <c>test:///default</c>.</summary>
public sealed class GoldenOutputTests
{
    [Theory]
    [InlineData("list", " Id   Name   State\n----------------------\n 1    test   running\n\n")]
    [InlineData("list --all --id", "1\n\n")]
    [InlineData("list --uuid --name", "6695eb01-f6a4-8304-79aa-97f2502e193f test\n\n")]
    [InlineData("list --state-shutoff", " Id   Name   State\n--------------------\n\n")]
    [InlineData("domstate test --reason", "running (unknown)\n\n")]
    [InlineData("destroy test", "Domain 'test' destroyed\n\n")]
    [InlineData("destroy test; domstate test --reason; start test; domid test", "Domain 'test' destroyed\n\nshut off (destroyed)\n\nDomain 'test' started\n\n2\n\n")]
    [InlineData("suspend test; list; resume test", "Domain 'test' suspended\n\n Id   Name   State\n---------------------\n 1    test   paused\n\nDomain 'test' resumed\n\n")]
    [InlineData("snapshot-create-as test s1; snapshot-create-as test s2; snapshot-list test --tree", "Domain snapshot s1 created\nDomain snapshot s2 created\ns1\n  |\n  +- s2\n    \n\n")]
    [InlineData("snapshot-create-as test s1; snapshot-revert test s1; domstate test --reason", "Domain snapshot s1 created\nDomain snapshot s1 reverted\n\nrunning (from snapshot)\n\n")]
    [InlineData("domuuid test", "6695eb01-f6a4-8304-79aa-97f2502e193f\n\n")]
    [InlineData("domblklist test", " Target   Source\n-----------------------------\n vda      /guest/diskimage1\n\n")]
    [InlineData("echo a; quit; echo b", "a\n")]
    [InlineData("uri", "test:///default\n\n")]
    public async Task Output_is_virsh_s(string line, string expected)
    {
        var run = await ToolRun.OnTestAsync(line);
        run.Errors.ShouldBeEmpty();
        run.Output.ShouldBe(expected);
        run.ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("start test", "error: Domain is already active\n")]
    [InlineData("dominfo nope", "error: failed to get domain 'nope'\n")]
    [InlineData("destroy test; destroy test", "error: Failed to destroy domain 'test'\nerror: Requested operation is not valid: domain is not running\n")]
    [InlineData("snapshot-info test", "error: --snapshotname or --current is required\n")]
    [InlineData("snapshot-info test nope", "error: Domain snapshot not found: no domain snapshot with matching name 'nope'\n")]
    [InlineData("shutdown test --mode foo", "error: Unknown mode foo value, expecting 'acpi', 'agent', 'initctl', 'signal', or 'paravirt'\n")]
    [InlineData("snapshot-list test --tree --name", "error: Options --tree and --name are mutually exclusive\n")]
    [InlineData("setvcpus test abc", "error: Numeric value 'abc' for <count> option is malformed or out of range\n")]
    [InlineData("event", "error: one of --list, --all, or --event <type> is required\n")]
    public async Task Failures_are_virsh_s(string line, string expected)
    {
        var run = await ToolRun.OnTestAsync(line);
        run.Errors.ShouldBe(expected);
        run.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task A_command_without_implementation_says_so()
    {
        var run = await ToolRun.OnTestAsync("net-list");
        run.Errors.ShouldBe("error: this function is not supported by the connection driver: net-list\n");
        run.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_runs_when_a_later_command_is_wrong()
    {
        var run = await ToolRun.OnTestAsync("echo a; nope");
        run.Output.ShouldBeEmpty();
        run.Errors.ShouldBe("error: unknown command: 'nope'\n");
    }

    [Fact]
    public async Task A_read_only_connection_changes_nothing()
    {
        var run = await ToolRun.OfAsync("-r", "-c", "test:///default", "destroy", "test");
        run.Errors.ShouldBe("error: Failed to destroy domain 'test'\nerror: operation forbidden: read only access prevents virDomainDestroy\n");
    }

    [Fact]
    public async Task A_snapshot_document_is_built_from_arguments()
    {
        var run = await ToolRun.OnTestAsync("snapshot-create-as", "test", "a<b", "--print-xml", "--memspec", "file=/m,snapshot=external", "--diskspec", "vda,file=/b,driver=qcow2", "--diskspec", "vdb,snapshot=no");
        run.Output.ShouldBe(
            """
            <domainsnapshot>
              <name>a&lt;b</name>
              <memory snapshot='external' file='/m'/>
              <disks>
                <disk name='vda'>
                  <driver type='qcow2'/>
                  <source file='/b'/>
                </disk>
                <disk name='vdb' snapshot='no'/>
              </disks>
            </domainsnapshot>


            """.ReplaceLineEndings("\n") + "\n");
    }
}
