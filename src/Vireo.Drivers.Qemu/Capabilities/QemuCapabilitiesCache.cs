using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>
/// What each QEMU binary can do, probed once and kept: in memory, and on disk over restarts. Every question costs a stat of the binary and two of what
/// encrypts guests; a binary that was replaced is probed anew.
/// </summary>
internal sealed class QemuCapabilitiesCache(string directory)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new();

    /// <summary>What a binary can do.</summary>
    /// <param name="emulator">The binary's path.</param>
    /// <param name="cancellationToken">Gives the wait up; others who wait are not disturbed.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR or VIR_ERR_INVALID_ARG: there is no such binary, or it cannot be executed; VIR_ERR_INTERNAL_ERROR: it is no QEMU.</exception>
    public async ValueTask<QemuCapabilities> GetAsync(string emulator, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(emulator);
        while (true)
        {
            var entry = _entries.GetOrAdd(emulator, static (path, state) => new(state.key, state.cache.Load(path, state.key)), (key, cache: this));
            if (entry.Key != key)
            {
                _entries.TryUpdate(emulator, new(key, Load(emulator, key)), entry);
                continue;
            }

            try
            {
                return await entry.Loading.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (entry.Loading.Value.IsFaulted)
            {
                // Asked again, it is tried again.
                _entries.TryRemove(KeyValuePair.Create(emulator, entry));
                throw;
            }
        }
    }

    private Lazy<Task<QemuCapabilities>> Load(string emulator, string key) => new(() => Task.Run(() => LoadAsync(emulator, key)));

    private async Task<QemuCapabilities> LoadAsync(string emulator, string key)
    {
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(emulator)).AsSpan(0, 16)) + ".json");
        if (File.Exists(file) && CapabilitiesFile.Read(await File.ReadAllBytesAsync(file).ConfigureAwait(false), key) is { } cached)
            return cached;
        var capabilities = await CapabilitiesProbe.RunAsync(emulator, directory, CancellationToken.None).ConfigureAwait(false);
        await AtomicFile.WriteAsync(file, CapabilitiesFile.Write(capabilities, key), durable: false).ConfigureAwait(false);
        return capabilities;
    }

    private static string KeyOf(string emulator)
    {
        FileFingerprint print;
        try
        {
            print = FileFingerprint.Of(emulator);
        }
        catch (VireoException exception)
        {
            throw Host.SystemError.Make(exception.Number1, $"Cannot check QEMU binary {emulator}", ErrorDomain.Qemu, exception);
        }

        // A /dev/kvm that comes, goes or is opened to us changes what the same binary can do, and so does encryption of guests.
        return string.Create(CultureInfo.InvariantCulture, $"{emulator} {print.Device:x} {print.Inode} {print.Size} {print.Modified} {print.Changed} kvm:{HostKvm.Fingerprint} sev:{HostEncryption.Fingerprint}");
    }

    private sealed record Entry(string Key, Lazy<Task<QemuCapabilities>> Loading);
}
