using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>
/// What each QEMU binary can do, probed once and kept: in memory, and on disk over restarts. Every question costs a stat of the binary and one of what
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
        var state = StateOf(emulator);
        while (true)
        {
            var entry = _entries.GetOrAdd(emulator, static (path, now) => new(now.state, now.cache.Load(path, now.state)), (state, cache: this));
            if (entry.State != state)
            {
                _entries.TryUpdate(emulator, new(state, Load(emulator, state)), entry);
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

    private Lazy<Task<QemuCapabilities>> Load(string emulator, EmulatorState state) => new(() => Task.Run(() => LoadAsync(emulator, state.KeyOf(emulator))));

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

    private static EmulatorState StateOf(string emulator)
    {
        try
        {
            return new(FileFingerprint.Of(emulator), HostKvm.Fingerprint, HostEncryption.Fingerprint);
        }
        catch (VireoException exception)
        {
            throw Host.SystemError.Make(exception.Number1, $"Cannot check QEMU binary {emulator}", ErrorDomain.Qemu, exception);
        }
    }

    /// <summary>What the answers of a binary hold for. A /dev/kvm that comes, goes or is opened to us changes what the same binary can do, and so does encryption of guests.</summary>
    private readonly record struct EmulatorState(FileFingerprint Binary, string Kvm, string Encryption)
    {
        /// <summary>By which it is known in the file of a binary's answers.</summary>
        public string KeyOf(string emulator) =>
            string.Create(CultureInfo.InvariantCulture, $"{emulator} {Binary.Device:x} {Binary.Inode} {Binary.Size} {Binary.Modified} {Binary.Changed} kvm:{Kvm} sev:{Encryption}");
    }

    private sealed record Entry(EmulatorState State, Lazy<Task<QemuCapabilities>> Loading);
}
