using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Facts;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>What a QEMU that can encrypt guests by AMD's SEV on this host says of it.</summary>
/// <param name="Pdh">The platform's Diffie-Hellman key, Base64.</param>
/// <param name="CertificateChain">The platform's certificates, Base64.</param>
/// <param name="FirstProcessor">What the first processor is identified by, Base64; null where it is not told.</param>
/// <param name="CBit">The bit of an address that says that a page is encrypted.</param>
/// <param name="ReducedPhysicalBits">How many bits of physical addresses are lost by it.</param>
internal sealed record SevCapabilities(string Pdh, string CertificateChain, string? FirstProcessor, uint CBit, uint ReducedPhysicalBits)
{
    private const uint EncryptionLeaf = 0x8000001f;

    /// <summary>How many guests the host may have at once: with SEV, and with SEV-ES.</summary>
    public static (uint Guests, uint EncryptedStateGuests) Most { get; } = MostOf(HostCpuid.IsSupported ? HostCpuid.Read(EncryptionLeaf, 0) : null);

    /// <summary>Reads QEMU's answer.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: something is missing.</exception>
    public static SevCapabilities Read(JsonElement reply) => new(
        reply.StrOrNull("pdh") ?? throw Missing("pdh"),
        reply.StrOrNull("cert-chain") ?? throw Missing("cert-chain"),
        reply.StrOrNull("cpu0-id"),
        Number(reply, "cbitpos"),
        Number(reply, "reduced-phys-bits"));

    /// <summary>How they look in <c>domainCapabilities</c>.</summary>
    public SevSupport Describe() => new()
    {
        Supported = true,
        Cbitpos = CBit,
        ReducedPhysBits = ReducedPhysicalBits,
        MaxGuests = Most.Guests,
        MaxEsGuests = Most.EncryptedStateGuests,
        Cpu0Id = FirstProcessor,
    };

    /// <summary>As virNodeGetSEVInfo tells them.</summary>
    public TypedParam[] ToParameters() =>
    [
        TypedParam.Of("pdh", Pdh),
        TypedParam.Of("cert-chain", CertificateChain),
        .. FirstProcessor is { } id ? (TypedParam[])[TypedParam.Of("cpu0-id", id)] : [],
        TypedParam.Of("cbitpos", CBit),
        TypedParam.Of("reduced-phys-bits", ReducedPhysicalBits),
        TypedParam.Of("max-guests", Most.Guests),
        TypedParam.Of("max-es-guests", Most.EncryptedStateGuests),
    ];

    /// <summary>How many guests processors have identifiers for: those below the least of plain SEV are SEV-ES's.</summary>
    internal static (uint Guests, uint EncryptedStateGuests) MostOf((uint Eax, uint Ebx, uint Ecx, uint Edx)? leaf) =>
        leaf is { Ecx: > 0 and var last, Edx: > 0 and var first } && first <= last ? (last - first + 1, first - 1) : (0, 0);

    private static uint Number(JsonElement reply, string field) => reply.Num(field) is >= 0 and <= uint.MaxValue and var number ? (uint)number : throw Missing(field);

    private static VireoException Missing(string field) => VireoException.Internal(ErrorDomain.Qemu, $"query-sev-capabilities reply was missing '{field}' field");
}
