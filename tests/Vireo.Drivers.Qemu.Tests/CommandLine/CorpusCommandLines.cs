using Vireo.Config;
using Vireo.Config.Tests;
using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Tests.CommandLine;

/// <summary>A program and its arguments.</summary>
internal sealed record CorpusCommandLine(string Emulator, IReadOnlyList<string> Arguments);

/// <summary>The command lines of the corpus' domains, as the installed QEMU would get them, or that of another machine.</summary>
internal static class CorpusCommandLines
{
    /// <summary>Where the runs would keep their files.</summary>
    public const string Directory = "/run/guest";

    private static readonly Lazy<Task<IReadOnlyDictionary<string, CorpusCommandLine>>> s_all = new(BuildAsync);

    /// <summary>The command lines by the documents' names; those that are refused, or need a QEMU that is not installed, are not among them.</summary>
    public static Task<IReadOnlyDictionary<string, CorpusCommandLine>> AllAsync() => s_all.Value;

    private static async Task<IReadOnlyDictionary<string, CorpusCommandLine>> BuildAsync()
    {
        using var scratch = new ScratchDirectory("ccl");
        var cache = new QemuCapabilitiesCache(scratch["cache"]);
        var builder = new GuestBuilder(cache, "/var/lib/libvirt/qemu/nvram");
        var built = new Dictionary<string, CorpusCommandLine>(StringComparer.Ordinal);
        var images = await MachineImages.GetAsync();
        foreach (var (name, xml) in Corpus.Documents("qemuxml2argvdata", "domain"))
        {
            try
            {
                var config = await builder.CompleteAsync(DomainConfig.Parse(MachineImages.IsOther(xml) ? images.OfThisHost(xml) : Corpus.OfThisHost(xml)), default);
                var machine = (await cache.GetAsync(config.Devices.Emulator!)).FindMachine(config.Os.Type!.Machine!);
                built.Add(Path.GetFileNameWithoutExtension(name), new(config.Devices.Emulator!, NativeCommandLine.Arguments(config, Directory, machine, _ => "/dev/sg0")));
            }
            catch (VireoException)
            {
                // What is refused, and with which code, is DomainDefinitionTests' matter.
            }
        }

        return built;
    }
}
