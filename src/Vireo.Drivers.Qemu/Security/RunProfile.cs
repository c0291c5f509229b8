using Vireo.Config;
using Vireo.Host.Files;
using Vireo.Host.Security;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>
/// The AppArmor profile of one run, as the kernel knows it. Its text lies in the run's directory under the profile's name, written before the kernel gets it: whoever clears the run away, a later daemon included,
/// has the kernel forget it.
/// </summary>
internal sealed class RunProfile
{
    private const string Suffix = ".apparmor";
    private const string Complaints = "apparmor.log";
    private readonly AppArmor _host;
    private readonly string _directory;
    private readonly string _channels;
    private readonly GuestOwner _owner;
    private readonly string _log;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private IReadOnlyCollection<GuestFile> _handed = [];
    // Null for what an earlier daemon left: it may have written the text and not come to load it.
    private string? _loaded;
    private bool _closed;

    private RunProfile(AppArmor host, string name, string directory, string channels, GuestOwner owner, string log) =>
        (_host, Name, _directory, _channels, _owner, _log) = (host, name, directory, channels, owner, log);

    /// <summary>Its name.</summary>
    public string Name { get; }

    private string TextPath => Path.Combine(_directory, Name + Suffix);

    /// <summary>That of a run, new or taken up; null where the run is not confined, or by a profile of somebody else's.</summary>
    /// <param name="owner">Whose the process is.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="channels">The run's directory for the sockets of channels.</param>
    /// <param name="log">What the process prints to.</param>
    public static RunProfile? Of(GuestOwner owner, string directory, string channels, string log) =>
        owner.Confinement is { Maker: { } host, Profile: var name }
            ? new RunProfile(host, name, directory, channels, owner, log)
            : null;

    /// <summary>Lets the process have what it is about to open.</summary>
    /// <param name="live">What the live document is going to be.</param>
    /// <param name="files">All files that it opens by name, before and after.</param>
    /// <param name="cancellationToken">Gives up; what is allowed stays as it was.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the profile cannot be loaded; VIR_ERR_CONFIG_UNSUPPORTED: a name that no profile can have.</exception>
    public Task AllowAsync(DomainConfig live, IReadOnlyCollection<GuestFile> files, CancellationToken cancellationToken) => InTurnAsync(live, files, cancellationToken);

    /// <summary>Lets the process have files that it is handed open: the kernel asks by its name as well. Until the next <see cref="KeepAsync"/>.</summary>
    /// <inheritdoc cref="AllowAsync"/>
    /// <param name="paths">The files.</param>
    /// <param name="live">The live document.</param>
    /// <param name="files">The files that it opens by name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task HandAsync(IReadOnlyList<string> paths, DomainConfig live, IReadOnlyCollection<GuestFile> files, CancellationToken cancellationToken)
    {
        _handed = [.. _handed, .. paths.Select(path => new GuestFile(path) { IsWritten = true })];
        return InTurnAsync(live, files, cancellationToken);
    }

    /// <summary>Takes from the process what is not among these: after a change.</summary>
    /// <inheritdoc cref="AllowAsync"/>
    public Task KeepAsync(DomainConfig live, IReadOnlyCollection<GuestFile> files, CancellationToken cancellationToken)
    {
        _handed = [];
        return InTurnAsync(live, files, cancellationToken);
    }

    /// <summary>Whether the kernel had a profile from a run.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="name">The profile's name.</param>
    public static bool IsMade(string directory, string name) => File.Exists(Path.Combine(directory, name + Suffix));

    /// <summary>Waits until nothing is being loaded; nothing is from now on.</summary>
    public async Task CloseAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        _closed = true;
        _turn.Release();
    }

    /// <summary>Has the kernel forget the profiles of a run whose processes have ended.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="report">Told of what could not be done.</param>
    public static void Remove(string directory, Action<string, Exception> report)
    {
        foreach (var text in Directory.Exists(directory) ? Directory.GetFiles(directory, "*" + Suffix) : [])
        {
            var name = Path.GetFileNameWithoutExtension(text);
            try
            {
                AppArmor.Remove(name);
                File.Delete(text);
            }
            catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
            {
                report($"remove AppArmor profile '{name}'", e);
            }
        }
    }

    private async Task InTurnAsync(DomainConfig live, IReadOnlyCollection<GuestFile> files, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var text = GuestProfile.Write(Name, live, _owner, _directory, _channels, _log, files.Concat(_handed));
            if (!_closed && text != _loaded && Directory.Exists(_directory))
            {
                await LoadAsync(text, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LoadAsync(string text, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteTextAsync(TextPath, text, durable: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (await _host.LoadAsync(TextPath, Path.Combine(_directory, Complaints), cancellationToken).ConfigureAwait(false) is { } complaint)
        {
            throw VireoException.Internal(ErrorDomain.Security, $"cannot load AppArmor profile '{Name}': {complaint}");
        }

        _loaded = text;
    }
}
