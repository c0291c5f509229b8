using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>The bytes of one entry of an archive, read once from beginning to end, and their sum.</summary>
/// <param name="archive">The archive.</param>
/// <param name="name">The entry, for messages.</param>
/// <param name="offset">Where it begins.</param>
/// <param name="length">Bytes that it has.</param>
/// <param name="bad">Makes the error that says what is wrong with the archive.</param>
internal sealed class StoredReader(SafeFileHandle archive, string name, long offset, long length, Func<string, VireoException> bad) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _at;

    /// <summary>Bytes that are still to be read.</summary>
    public long Left => length - _at;

    /// <summary>Reads as much as the buffer holds.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the entry, or the archive, ends before; VIR_ERR_SYSTEM_ERROR: it cannot be read.</exception>
    public void Fill(Span<byte> buffer)
    {
        if (buffer.Length > Left)
        {
            throw Bad("it ends too early");
        }

        for (var rest = buffer; !rest.IsEmpty;)
        {
            var read = RandomAccess.Read(archive, rest, offset + _at);
            if (read == 0)
            {
                throw Bad("the archive ends within it");
            }

            _hash.AppendData(rest[..read]);
            _at += read;
            rest = rest[read..];
        }
    }

    /// <summary>Refuses an entry whose sum is not the one that the archive tells. Its last byte has been read.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED.</exception>
    public void CheckSum(string? told)
    {
        if (Convert.ToHexStringLower(_hash.GetHashAndReset()) != told)
        {
            throw Bad("it does not have the digest that the archive tells");
        }
    }

    /// <summary>VIR_ERR_OPERATION_FAILED: something is wrong with the entry.</summary>
    public VireoException Bad(string why) => bad($"entry '{name}': {why}");

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
