using Vireo.Config;
using Vireo.Drivers.Bhyve.CommandLine;

namespace Vireo.Drivers.Bhyve.Native;

/// <summary>Reads the command that loads a guest.</summary>
internal static class NativeLoader
{
    /// <summary>The domain with its loader: FreeBSD's with the memory and a disk alone is what a document need not tell.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: name or memory are not those of the guest. VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static DomainConfig Read(IReadOnlyList<string> words, DomainConfig domain)
    {
        if (words[0] != LoaderCommand.Program)
            return Own(words, domain);
        string? disk = null;
        var isPlain = true;
        var options = new OptionReader(words, "cdehlm");
        while (options.TryRead(out var option, out var value))
        {
            switch (option)
            {
                case 'm':
                    MemorySize.RequireSame(domain.Memory?.Size, MemorySize.Read(value));
                    break;
                case 'd' when disk is null:
                    disk = value;
                    break;
                default:
                    isPlain = false;
                    break;
            }
        }

        if (options.Name("bhyveload") != domain.Name)
            throw NativeErrors.Failed("Failed to parse arguments: VM name mismatch");
        var index = domain.Devices.Disks.FindIndex(known => (known.Source!.File ?? known.Source.Dev) == disk);
        if (!isPlain || index < 0)
            return Own(words, domain);
        if (index == 0)
            return domain;
        var boot = domain.Devices.Disks[index] with { Boot = new DeviceBoot { Order = (uint)index } };
        return domain with { Devices = domain.Devices with { Disks = domain.Devices.Disks.SetItem(index, boot) } };
    }

    private static DomainConfig Own(IReadOnlyList<string> words, DomainConfig domain) =>
        words.Skip(1).FirstOrDefault(word => word.Length == 0 || word.Contains(' ', StringComparison.Ordinal)) is { } spaced
            ? throw BhyveErrors.Unsupported($"an argument of a boot loader cannot be empty or hold spaces: '{spaced}'")
            : domain with { Bootloader = words[0], BootloaderArgs = words.Count > 1 ? string.Join(' ', words.Skip(1)) : null };
}
