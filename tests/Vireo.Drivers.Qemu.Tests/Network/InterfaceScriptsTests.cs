using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.Tests.Block;

namespace Vireo.Drivers.Qemu.Tests.Network;

public sealed class InterfaceScriptsTests
{
    [Fact]
    public async Task AScriptThatIsGivenUpHasEndedWhenTheCallReturns()
    {
        using var dir = new TemporaryDirectory();
        var script = dir["slow"];
        File.WriteAllText(script, $"#!/bin/sh\necho $$ > {dir["pid.new"]}; mv {dir["pid.new"]} {dir["pid"]}; exec sleep 600\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var cancel = new CancellationTokenSource();

        var run = InterfaceScripts.UpAsync(new InterfaceConfig { Script = new InterfaceScript { Path = script } }, "tap0", dir.Root, cancel.Token);
        while (!File.Exists(dir["pid"]))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(run);
        Directory.Exists("/proc/" + int.Parse(File.ReadAllText(dir["pid"]), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)).ShouldBeFalse();
    }
}
