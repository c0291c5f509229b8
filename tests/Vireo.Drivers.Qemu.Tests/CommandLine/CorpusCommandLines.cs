using Vireo.Config;
using Vireo.Config.Tests;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>The command lines of the corpus' domains, as the installed QEMU would get them.</summary>
internal static class CorpusCommandLines
{
    /// <summary>Where the runs would keep their files.</summary>
    public const string Directory = "/run/guest";

    private static readonly Lazy<Task<IReadOnlyDictionary<string, IReadOnlyList<string>>>> s_all = new(BuildAsync);

    /// <summary>The arguments by the documents' names; those that are refused, or need a QEMU that is not installed, are not among them.</summary>
    public static Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> AllAsync() => s_all.Value;

    private static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> BuildAsync()
    {
        using var scratch = new ScratchDirectory("ccl");
        var cache = new QemuCapabilitiesCache(scratch["cache"]);
        var builder = new GuestBuilder(cache, "/var/lib/libvirt/qemu/nvram");
        var built = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (name, xml) in Corpus.Documents("qemuxml2argvdata", "domain"))
        {
            try
            {
                var config = await builder.CompleteAsync(DomainConfig.Parse(Corpus.OfThisHost(xml)), default);
                var machine = (await cache.GetAsync(config.Devices.Emulator!)).FindMachine(config.Os.Type!.Machine!);
                built.Add(Path.GetFileNameWithoutExtension(name), NativeCommandLine.Arguments(config, Directory, machine, _ => "/dev/sg0"));
            }
            catch (VireoException)
            {
                // What is refused, and with which code, is DomainDefinitionTests' matter.
            }
        }

        return built;
    }
}
