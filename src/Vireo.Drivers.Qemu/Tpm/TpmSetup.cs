using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Host;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tpm;

/// <summary>
/// Makes new TPMs, with keys and certificates of their own, by swtpm_setup. The authority that signs these is the daemon's own, for the host's belongs to whoever runs libvirt's.
/// </summary>
/// <param name="paths">Where everything lies.</param>
/// <param name="account">Whom emulators run as: what one has had is touched by nobody who may do more. Null for the daemon's own user.</param>
internal sealed class TpmSetup(VireoPaths paths, HostAccount? account)
{
    private const string Program = "swtpm_setup";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Refuses a TPM that this host cannot emulate.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the emulator, or what sets it up, is not installed.</exception>
    public static void Require(TpmBackend emulator)
    {
        if (ProgramPath.Find(TpmEmulator.Program) is null || ProgramPath.Find(Program) is null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"TPM version '{emulator.Version?.ToXmlName()}' is not supported");
        }
    }

    /// <summary>Makes the state of a domain's TPM where there is none: whole, or not at all.</summary>
    /// <param name="config">The domain.</param>
    /// <param name="state">Its directory.</param>
    /// <param name="passphrase">What it is encrypted with; null when it is not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: as <see cref="Require"/>; VIR_ERR_INTERNAL_ERROR: it could not be made; VIR_ERR_SYSTEM_ERROR.</exception>
    public async Task EnsureAsync(DomainConfig config, string state, byte[]? passphrase, CancellationToken cancellationToken)
    {
        var emulator = TpmStorage.EmulatorOf(config)!;
        Require(emulator);
        if (Directory.Exists(state))
        {
            TpmStorage.GiveTo(account, state);
            await ChooseBanksAsync(config, state, account, passphrase, cancellationToken).ConfigureAwait(false);
            return;
        }

        var making = state + ".new";
        FileSystemCalls.RemoveTree(making);
        FileSystemCalls.MakeDirectory(making, ownerOnly: true);
        try
        {
            if (!File.Exists(Path.Combine(paths.TpmAuthority, "swtpm_setup.conf")))
            {
                await RunAsync(config, ["--create-config-files", "skip-if-exist,root"], null, null, cancellationToken).ConfigureAwait(false);
            }

            string[] version = emulator.Version == TpmVersion.V12 ? [] : ["--tpm2"];
            await RunAsync(
                config,
                [.. version, "--tpm-state", making, "--vmid", $"{config.Name}:{config.Uuid:D}", "--createek", "--create-ek-cert", "--create-platform-cert", "--lock-nvram", "--not-overwrite"],
                null,
                passphrase,
                cancellationToken).ConfigureAwait(false);
            await ChooseBanksAsync(config, making, null, passphrase, cancellationToken).ConfigureAwait(false);
            FileSystemCalls.RenameNew(making, state);
            FileSystemCalls.SyncDirectory(Path.GetDirectoryName(state)!);
        }
        catch
        {
            FileSystemCalls.RemoveTree(making);
            throw;
        }
    }

    // The document may have been changed since the state was made.
    private async Task ChooseBanksAsync(DomainConfig config, string state, HostAccount? user, byte[]? passphrase, CancellationToken cancellationToken)
    {
        if (TpmStorage.EmulatorOf(config) is { ActivePcrBanks: { } banks, Version: not TpmVersion.V12 })
        {
            var names = new[] { (banks.Sha1, "sha1"), (banks.Sha256, "sha256"), (banks.Sha384, "sha384"), (banks.Sha512, "sha512") }.Where(bank => bank.Item1).Select(bank => bank.Item2);
            await RunAsync(config, ["--tpm2", "--tpm-state", user is null ? state : ".", "--pcr-banks", string.Join(',', names), "--reconfigure"], user is null ? null : (user, state), passphrase, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(DomainConfig config, string[] arguments, (HostAccount User, string Directory)? within, byte[]? passphrase, CancellationToken cancellationToken)
    {
        using var inherited = new InheritedFds();
        string[] key = passphrase is null ? [] : ["--pwdfile-fd", string.Create(CultureInfo.InvariantCulture, $"{inherited.AddContent("tpm", passphrase)}"), "--cipher", "aes-256-cbc"];
        var program = ProgramPath.Find(Program)!;
        var log = TpmEmulator.LogOf(paths, config);
        using var printed = HostFile.OpenLog(log);
        var start = new ProcessStart(program, [.. arguments, .. key])
        {
            Inherited = inherited.Entries,
            Environment = new Dictionary<string, string> { ["LC_ALL"] = "C", ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ["HOME"] = "/", ["XDG_CONFIG_HOME"] = paths.TpmAuthority },
            WorkingDirectory = within?.Directory ?? "/",
        }.As(within?.User).PrintingTo(printed);

        // Asked, not killed: what it starts itself ends with it then.
        var status = await HostProcess.RunAsync(start, s_patience, Signals.Terminate, cancellationToken).ConfigureAwait(false)
            ?? throw VireoException.Internal(ErrorDomain.None, $"'{program}' did not end within {s_patience.TotalSeconds:0} s and was ended; Check error log '{log}' for details.");
        if (!status.Success)
        {
            throw VireoException.Internal(
                ErrorDomain.None, string.Create(CultureInfo.InvariantCulture, $"Could not run '{program}'. exitstatus: {status.Code}; Check error log '{log}' for details."));
        }
    }
}
