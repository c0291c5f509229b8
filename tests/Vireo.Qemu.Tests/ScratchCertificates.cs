using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vireo.Qemu.Tests;

/// <summary>Certificates for an hour, as QEMU wants them to lie.</summary>
internal static class ScratchCertificates
{
    /// <summary>Makes an authority; its certificate lies in a directory of the folder.</summary>
    public static X509Certificate2 Authority(ScratchDirectory folder, string directory = "server")
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN=authority of {directory}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        Write(folder, directory, "ca-cert.pem", authority.ExportCertificatePem());
        return authority;
    }

    /// <summary>Issues a certificate for <c>server</c> or <c>client</c>, into the directory of that name.</summary>
    public static void Issue(X509Certificate2 authority, ScratchDirectory folder, string role)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={role}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(role == "server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        Write(folder, role, "ca-cert.pem", authority.ExportCertificatePem());
        Write(folder, role, role + "-cert.pem", certificate.ExportCertificatePem());
        Write(folder, role, role + "-key.pem", key.ExportPkcs8PrivateKeyPem());
    }

    private static void Write(ScratchDirectory folder, string directory, string file, string text)
    {
        Directory.CreateDirectory(folder[directory]);
        File.WriteAllText(Path.Combine(folder[directory], file), text);
    }
}
