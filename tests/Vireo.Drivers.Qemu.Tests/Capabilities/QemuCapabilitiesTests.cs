using System.Text.Json;
using Vireo.Drivers.Qemu.Capabilities;

namespace Vireo.Drivers.Qemu.Tests.Capabilities;

public sealed class QemuCapabilitiesTests : IDisposable
{
    private const string Emulator = "/usr/bin/qemu-system-x86_64";
    private readonly string _directory = Directory.CreateTempSubdirectory("vireo-caps-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_real_binary_tells_what_it_can_do()
    {
        NeedsQemu();
        var found = await new QemuCapabilitiesCache(_directory).GetAsync(Emulator);
        found.Architecture.ShouldBe("x86_64");
        found.Version.Major.ShouldBeGreaterThanOrEqualTo(5);
        found.DefaultMachine!.Alias.ShouldBe("pc");
        found.Machines[0].IsDefault.ShouldBeTrue();
        found.FindMachine("q35")!.Name.ShouldStartWith("pc-q35-");
        found.FindMachine("q35")!.MaxCpus.ShouldBeGreaterThanOrEqualTo(255);
        found.FindMachine("none").ShouldBeNull();
        found.TcgCpuModels.Single(model => model.Name == "qemu64").Usable.ShouldBe(true);
        found.HasDevice("virtio-blk-pci").ShouldBeTrue();
        found.HasDevice("no-such-device").ShouldBeFalse();
        found.HasCommand("blockdev-snapshot").ShouldBeTrue();
        found.Has(QemuFeature.ObjectJson).ShouldBeTrue();
        found.Has(QemuFeature.BlockdevCreate).ShouldBeTrue();
        found.HasOption("sandbox", "enable").ShouldBeTrue();
        found.TcgHostCpu!.Features.ShouldContain("sse2");
        Directory.GetFiles(_directory).ShouldHaveSingleItem().ShouldEndWith(".json");
    }

    [Fact]
    public async Task What_is_read_from_disk_is_what_was_probed()
    {
        NeedsQemu();
        var probed = await new QemuCapabilitiesCache(_directory).GetAsync(Emulator);
        var file = Directory.GetFiles(_directory).Single();
        var written = File.GetLastWriteTimeUtc(file);
        var read = await new QemuCapabilitiesCache(_directory).GetAsync(Emulator);
        File.GetLastWriteTimeUtc(file).ShouldBe(written);
        read.ShouldNotBeSameAs(probed);
        CapabilitiesFile.Write(read, "k").ToArray().Length.ShouldBe(CapabilitiesFile.Write(probed, "k").Length);
        read.Machines.ShouldBe(probed.Machines);
        read.TcgCpuModels.Select(model => (model.Name, string.Join(",", model.Blockers ?? ["?"]))).ShouldBe(probed.TcgCpuModels.Select(model => (model.Name, string.Join(",", model.Blockers ?? ["?"]))));
        read.Features.SetEquals(probed.Features).ShouldBeTrue();
        read.Types.SetEquals(probed.Types).ShouldBeTrue();
    }

    [Fact]
    public async Task Asked_again_the_same_object_answers_and_a_replaced_binary_is_probed_anew()
    {
        NeedsQemu();
        var wrapper = Path.Combine(_directory, "qemu");
        WriteScript(wrapper, $"exec {Emulator} \"$@\"");
        var cache = new QemuCapabilitiesCache(Path.Combine(_directory, "cache"));
        var (first, second) = (cache.GetAsync(wrapper).AsTask(), cache.GetAsync(wrapper).AsTask());
        (await first).ShouldBeSameAs(await second);
        (await cache.GetAsync(wrapper)).ShouldBeSameAs(await first);
        WriteScript(wrapper, $"exec {Emulator} \"$@\" # changed");
        (await cache.GetAsync(wrapper)).ShouldNotBeSameAs(await first);
    }

    [Fact]
    public async Task What_is_no_qemu_is_refused_with_what_it_printed_and_asked_again_next_time()
    {
        var wrapper = Path.Combine(_directory, "qemu");
        WriteScript(wrapper, "echo no machine here >&2; exit 1");
        var cache = new QemuCapabilitiesCache(Path.Combine(_directory, "cache"));
        var error = await Should.ThrowAsync<VireoException>(async () => await cache.GetAsync(wrapper));
        error.Code.ShouldBe(ErrorCode.InternalError);
        error.Message.ShouldBe($"internal error: Failed to probe QEMU binary {wrapper} with QMP: no machine here");
        Directory.GetFiles(Path.Combine(_directory, "cache")).ShouldBeEmpty();
        await Should.ThrowAsync<VireoException>(async () => await cache.GetAsync(wrapper));
        (await Should.ThrowAsync<VireoException>(async () => await cache.GetAsync("/no/such"))).Message.ShouldBe("Cannot check QEMU binary /no/such: No such file or directory");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"form":"1","key":"k","emulator":5}""")]
    public void A_damaged_file_is_as_good_as_none(string content) =>
        CapabilitiesFile.Read(System.Text.Encoding.UTF8.GetBytes(content), "k").ShouldBeNull();

    [Theory]
    [InlineData("c", true)]
    [InlineData("c.name", true)]
    [InlineData("c.kind=b", true)]
    [InlineData("c.kind=a.extra", true)]
    [InlineData("c()result", true)]
    [InlineData("c.kind=b.extra", false)]
    [InlineData("c.kind=z", false)]
    [InlineData("c.none", false)]
    [InlineData("c.name.more", false)]
    [InlineData("d", false)]
    [InlineData("1", false)]
    public void The_schema_is_asked_by_paths(string path, bool expected)
    {
        using var schema = JsonDocument.Parse("""
            [{"name":"c","meta-type":"command","arg-type":"1","ret-type":"4"},
             {"name":"1","meta-type":"object","tag":"kind","members":[{"name":"name","type":"str"},{"name":"kind","type":"2"}],"variants":[{"case":"a","type":"3"}]},
             {"name":"2","meta-type":"enum","values":["a","b"]},
             {"name":"3","meta-type":"object","members":[{"name":"extra","type":"str"}]},
             {"name":"4","meta-type":"object","members":[{"name":"result","type":"str"}]}]
            """);
        new QmpSchema(schema.RootElement).Has(path).ShouldBe(expected);
    }

    private static void NeedsQemu()
    {
        if (!File.Exists(Emulator))
            Assert.Skip("needs qemu-system-x86_64");
    }

    private static void WriteScript(string path, string body)
    {
        // Another program writes it: one that a test beside this one is starting would share a descriptor of ours, and what is open for writing cannot be executed.
        File.WriteAllText(path + ".text", "#!/bin/sh\n" + body + "\n");
        using var install = System.Diagnostics.Process.Start("install", ["-m", "700", path + ".text", path]);
        install.WaitForExit();
        install.ExitCode.ShouldBe(0);
    }
}
