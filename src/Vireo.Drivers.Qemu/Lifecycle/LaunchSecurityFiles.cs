using System.Text;
using Vireo.Config;
using Vireo.Drivers.Qemu.Security;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>What the owner of a SEV guest gives its processor at the launch. QEMU reads it from files of the run, which go with it.</summary>
internal static class LaunchSecurityFiles
{
    /// <summary>The guest owner's Diffie-Hellman key.</summary>
    public const string Certificate = "dh_cert.base64";

    /// <summary>The keys of the launch, wrapped for the processor.</summary>
    public const string Session = "session.base64";

    // A certificate has 2 KiB and a session 128 bytes before they become Base64.
    private const int Longest = 65536;

    /// <summary>Writes the files that there are to be.</summary>
    /// <param name="security">What the document says; null for a guest that is not encrypted.</param>
    /// <param name="directory">The run's directory for what the process makes.</param>
    /// <param name="owner">Whose the process will be: nobody else reads them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: one is too long; VIR_ERR_SYSTEM_ERROR.</exception>
    public static async ValueTask WriteAsync(LaunchSecurityConfig? security, string directory, GuestOwner owner, CancellationToken cancellationToken)
    {
        if (security is not { Type: LaunchSecurityType.Sev })
        {
            return;
        }

        await WriteAsync(Path.Combine(directory, Certificate), "dhCert", security.DhCert, owner, cancellationToken).ConfigureAwait(false);
        await WriteAsync(Path.Combine(directory, Session), "session", security.Session, owner, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask WriteAsync(string path, string element, string? content, GuestOwner owner, CancellationToken cancellationToken)
    {
        if (content is null)
        {
            return;
        }

        if (Encoding.UTF8.GetByteCount(content) > Longest)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"<{element}> of <launchSecurity> is longer than {Longest} bytes");
        }

        await AtomicFile.WriteTextAsync(path, content, durable: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        using var file = PinnedFile.TryOpen(path);
        if (owner.Account is { } account)
        {
            file?.ChangeOwner(account.User, account.Group);
        }
    }
}
