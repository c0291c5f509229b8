using Vireo.Config;
using Vireo.Config.Tests;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.CommandLine.Reading;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Tests.Defaults;
using Vireo.TestKit.Qemu;

namespace Vireo.Drivers.Qemu.Tests.CommandLine.Reading;

/// <summary>A domain's command line, read again, is a domain whose command line says the same.</summary>
public sealed class ReadBackTests : IDisposable
{
    // Cells and memory that no document of a command line can say, and names that shift when an option is passed on.
    private const int MostDifferent = 21;

    private readonly ScratchDirectory _scratch = new("rb");

    public static TheoryData<string> Documents => DomainDefaultsTests.Documents();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Our_own_documents_come_back(string name)
    {
        Assert.SkipUnless(File.Exists(EmulatorTargets.For(null)), "QEMU is not installed");
        (await DifferencesAsync(new Lines(_scratch["cache"]), DomainConfig.Parse(DomainDefaultsTests.Read($"{name}.xml")))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Documents_of_the_corpus_come_back_or_are_refused()
    {
        Corpus.Require();
        Assert.SkipUnless(File.Exists(EmulatorTargets.For(null)), "QEMU is not installed");
        var lines = new Lines(_scratch["cache"]);
        var (same, different) = (0, new List<string>());
        foreach (var (name, xml) in Corpus.Documents("qemuxml2argvdata", "domain"))
        {
            if (await lines.TryCompleteAsync(xml) is not { } complete)
            {
                continue;
            }

            IReadOnlyList<string> differences;
            try
            {
                differences = await DifferencesAsync(lines, complete);
            }
            catch (VireoException refused)
            {
                differences = [refused.Message];
            }

            same += differences.Count == 0 ? 1 : 0;
            different.AddRange(differences.Count == 0 ? [] : [$"{name}: {string.Join("; ", differences.Take(3))}"]);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{same} come back, {different.Count} do not:\n{string.Join('\n', different)}");
        different.Count.ShouldBeLessThanOrEqualTo(MostDifferent);
    }

    private static async Task<IReadOnlyList<string>> DifferencesAsync(Lines lines, DomainConfig config)
    {
        // libvirt orders disks anew when it reads its own text, so the second reading is the one that stands.
        var first = await lines.OfAsync(DomainConfig.Parse((await lines.CompleteAsync(config)).ToXml()));
        var second = await lines.OfAsync(CommandLineReader.Read(first));
        var (said, again) = (Meanings(first), Meanings(second));
        return [.. said.Except(again).Select(m => $"lacks {m}"), .. again.Except(said).Select(m => $"has {m}")];
    }

    private static List<string> Meanings(string line) => [.. ArgumentMeaning.Read(ArgumentMeaning.Split(line).Arguments).Select(meaning =>
    {
        // One die is what there is of them anyway.
        if (meaning.Option == "-smp" && meaning.Of("dies") == "1")
        {
            meaning.Properties.Remove("dies");
        }

        return meaning.ToString();
    })];

    private sealed class Lines(string cache)
    {
        private readonly QemuCapabilitiesCache _cache = new(cache);

        public async Task<DomainConfig> CompleteAsync(DomainConfig config) => await new GuestBuilder(_cache, "/var/lib/libvirt/qemu/nvram").CompleteAsync(config, default);

        public async Task<string> OfAsync(DomainConfig config)
        {
            var complete = await CompleteAsync(config);
            var machine = (await _cache.GetAsync(complete.Devices.Emulator!)).FindMachine(complete.Os.Type!.Machine!);
            return NativeCommandLine.Build(complete, complete.Devices.Emulator!, CorpusCommandLines.Directory, machine);
        }

        // Null for what cannot be a command line on this host to begin with.
        public async Task<DomainConfig?> TryCompleteAsync(string xml)
        {
            try
            {
                var config = DomainConfig.Parse(Corpus.OfThisHost(xml));
                await OfAsync(config);
                return config;
            }
            catch (VireoException)
            {
                return null;
            }
        }
    }
}
