using System.Collections.Immutable;
using System.Text;
using Vireo.Config;
using Vireo.Drivers;
using Vireo.Host.Files;

namespace Vireo.Host.Secrets;

/// <summary>
/// The host's secrets: passwords and keys that domains and pools name, and whose values no document holds. What lasts lies in a directory, for each secret
/// <c>UUID.xml</c> and, when it has a value, <c>UUID.base64</c>; what is ephemeral in memory alone. Answers to libvirt's secret driver.
/// </summary>
public sealed class SecretStore : SecretDriver
{
    private readonly string _directory;
    private readonly SecretEventHub _events = new();
    private readonly SemaphoreSlim _changes = new(1, 1);
    private ImmutableDictionary<Guid, Secret> _secrets;

    private SecretStore(string directory, IEnumerable<Secret> secrets) => (_directory, _secrets) = (directory, secrets.ToImmutableDictionary(s => s.Uuid));

    /// <summary>Reads what lasts.</summary>
    /// <param name="directory">Where it lies; made, for its owner alone, where it is missing.</param>
    /// <param name="unreadable">Told of each file that is none of a secret; it is left as it is.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the directory cannot be read.</exception>
    public static SecretStore Open(string directory, Action<string, Exception> unreadable)
    {
        ArgumentNullException.ThrowIfNull(unreadable);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AtomicFile.RemoveLeftovers(directory);
        var secrets = new List<Secret>();
        foreach (var path in Directory.EnumerateFiles(directory, "*.xml"))
        {
            try
            {
                secrets.Add(Read(path));
            }
            catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException or FormatException)
            {
                unreadable(path, e);
            }
        }

        return new SecretStore(directory, secrets);
    }

    /// <summary>A secret's value, private or not, for the use of the daemon itself.</summary>
    /// <param name="named">How a document names it.</param>
    /// <exception cref="VireoException">VIR_ERR_NO_SECRET: there is no such secret, or it has no value; VIR_ERR_XML_ERROR: it is not named.</exception>
    public byte[] Reveal(StorageSecret named)
    {
        ArgumentNullException.ThrowIfNull(named);
        var secret = Guid.TryParse(named.Uuid, out var uuid) ? Find(uuid)
            : named.Usage is { } usage ? _secrets.Values.FirstOrDefault(s => s.UsageId == usage) ?? throw Missing($"no secret with matching usage '{usage}'")
            : throw VireoException.InvalidXml(ErrorDomain.Secret, "a secret is named by its uuid or its usage");
        return ValueOf(secret);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ConnectNumOfSecretsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_secrets.Count);

    /// <inheritdoc/>
    public override ValueTask<string[]> ConnectListSecretsAsync(int maxuuids, CancellationToken cancellationToken) =>
        ValueTask.FromResult<string[]>([.. Sorted().Take(Math.Max(0, maxuuids)).Select(s => s.Uuid.ToString("D"))]);

    /// <inheritdoc/>
    public override ValueTask<ConnectListAllSecretsResult> ConnectListAllSecretsAsync(int needResults, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0xf, ErrorDomain.Secret, "secretConnectListAllSecrets");
        var wanted = (ConnectListAllSecretsFlags)flags;
        var found = Sorted().Where(s => Passes(wanted, ConnectListAllSecretsFlags.Ephemeral, ConnectListAllSecretsFlags.NoEphemeral, s.IsEphemeral)
            && Passes(wanted, ConnectListAllSecretsFlags.Private, ConnectListAllSecretsFlags.NoPrivate, s.IsPrivate)).ToList();
        return ValueTask.FromResult(new ConnectListAllSecretsResult(needResults != 0 ? [.. found.Select(s => s.Ref)] : [], (uint)found.Count));
    }

    /// <inheritdoc/>
    public override ValueTask<SecretRef> SecretLookupByUuidAsync(Guid uuid, CancellationToken cancellationToken) => ValueTask.FromResult(Find(uuid).Ref);

    /// <inheritdoc/>
    public override ValueTask<SecretRef> SecretLookupByUsageAsync(int usageType, string usageID, CancellationToken cancellationToken) =>
        ValueTask.FromResult((_secrets.Values.FirstOrDefault(s => s.UsageType == usageType && s.UsageId == usageID) ?? throw Missing($"no secret with matching usage '{usageID}'")).Ref);

    /// <inheritdoc/>
    public override async ValueTask<SecretRef> SecretDefineXmlAsync(string xml, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, (uint)SecretDefineFlags.Validate, ErrorDomain.Secret, "secretDefineXML");
        var config = (flags == 0 ? SecretConfig.Parse(xml) : SecretConfig.ParseValidated(xml)).ToDefinition();
        var secret = new Secret(config with { Uuid = config.Uuid ?? Guid.NewGuid() }, null);
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var old = _secrets.GetValueOrDefault(secret.Uuid);
            RefuseConflict(secret, old);
            secret = secret with { Value = old?.Value };
            if (secret.IsEphemeral)
            {
                await ForgetAsync(secret.Uuid, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await AtomicFile.WriteTextAsync(PathOf(secret.Uuid, "xml"), secret.Config.ToXml(), cancellationToken: cancellationToken).ConfigureAwait(false);
                await KeepAsync(secret, cancellationToken).ConfigureAwait(false);
            }

            _secrets = _secrets.SetItem(secret.Uuid, secret);
            _events.Publish(new SecretLifecycleEvent(secret.Ref, (int)SecretEventLifecycleType.Defined, 0));
            return secret.Ref;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <inheritdoc/>
    public override ValueTask<string> SecretGetXmlDescAsync(SecretRef secret, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Secret, "secretGetXMLDesc");
        return ValueTask.FromResult(Find(secret.Uuid).Config.ToXml());
    }

    /// <inheritdoc/>
    public override async ValueTask SecretSetValueAsync(SecretRef secret, byte[] value, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Secret, "secretSetValue");
        if (value is not { Length: > 0 })
        {
            throw VireoException.BadArgument(ErrorDomain.Secret, "virSecretSetValue", "value", "value in virSecretSetValue must not be NULL");
        }

        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var changed = Find(secret.Uuid) with { Value = value };
            await KeepAsync(changed, cancellationToken).ConfigureAwait(false);
            _secrets = _secrets.SetItem(changed.Uuid, changed);
            _events.Publish(new SecretValueChangedEvent(changed.Ref));
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <inheritdoc/>
    public override ValueTask<byte[]> SecretGetValueAsync(SecretRef secret, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Secret, "secretGetValue");
        var found = Find(secret.Uuid);
        return ValueTask.FromResult(found.IsPrivate ? throw new VireoException(ErrorCode.InvalidSecret, ErrorDomain.Secret, "secret is private") : ValueOf(found));
    }

    /// <inheritdoc/>
    public override async ValueTask SecretUndefineAsync(SecretRef secret, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var gone = Find(secret.Uuid);
            await ForgetAsync(gone.Uuid, cancellationToken).ConfigureAwait(false);
            _secrets = _secrets.Remove(gone.Uuid);
            _events.Publish(new SecretLifecycleEvent(gone.Ref, (int)SecretEventLifecycleType.Undefined, 0));
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <inheritdoc/>
    public override ValueTask<IAsyncDisposable> SubscribeSecretEventsAsync(SecretEventID eventId, SecretRef? secret, Action<SecretEvent> handler, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_events.Subscribe(eventId, secret is { } one ? Find(one.Uuid).Uuid : null, handler));

    private static Secret Read(string path)
    {
        var config = SecretConfig.Parse(File.ReadAllText(path)).ToDefinition();
        var name = Path.GetFileNameWithoutExtension(path);
        if (config.Uuid is not { } uuid || uuid.ToString("D") != name)
        {
            throw VireoException.Internal(ErrorDomain.Secret, $"<uuid> does not match secret file name '{Path.GetFileName(path)}'");
        }

        var value = Path.ChangeExtension(path, "base64");
        return new Secret(config, File.Exists(value) ? Convert.FromBase64String(File.ReadAllText(value)) : null);
    }

    private static bool Passes<T>(T flags, T with, T without, bool holds)
        where T : struct, Enum => flags.HasFlag(with) == flags.HasFlag(without) || flags.HasFlag(with) == holds;

    private static byte[] ValueOf(Secret secret) => secret.Value ?? throw Missing($"secret '{secret.Uuid:D}' does not have a value");

    private static VireoException Missing(string why) => new(ErrorCode.NoSecret, ErrorDomain.Secret, why);

    private void RefuseConflict(Secret secret, Secret? old)
    {
        if (old is not null && (old.UsageType, old.UsageId) != (secret.UsageType, secret.UsageId))
        {
            throw VireoException.Internal(ErrorDomain.Secret, $"a secret with UUID {old.Uuid:D} is already defined for use with {old.UsageId}");
        }

        if (old is { IsPrivate: true } && !secret.IsPrivate)
        {
            throw VireoException.Internal(ErrorDomain.Secret, "cannot change private flag on existing secret");
        }

        if (secret.UsageType != 0 && _secrets.Values.FirstOrDefault(s => s.Uuid != secret.Uuid && s.UsageType == secret.UsageType && s.UsageId == secret.UsageId) is { } same)
        {
            throw VireoException.Internal(ErrorDomain.Secret, $"a secret with UUID {same.Uuid:D} already defined for use with {same.UsageId}");
        }
    }

    private Secret Find(Guid uuid) => _secrets.GetValueOrDefault(uuid) ?? throw Missing($"no secret with matching uuid '{uuid:D}'");

    private IEnumerable<Secret> Sorted() => _secrets.Values.OrderBy(s => s.Uuid.ToString("D"), StringComparer.Ordinal);

    private async Task KeepAsync(Secret secret, CancellationToken cancellationToken)
    {
        if (!secret.IsEphemeral && secret.Value is { } value)
        {
            await AtomicFile.WriteAsync(PathOf(secret.Uuid, "base64"), Encoding.ASCII.GetBytes(Convert.ToBase64String(value)), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ForgetAsync(Guid uuid, CancellationToken cancellationToken)
    {
        await AtomicFile.RemoveAsync(PathOf(uuid, "base64"), cancellationToken: cancellationToken).ConfigureAwait(false);
        await AtomicFile.RemoveAsync(PathOf(uuid, "xml"), cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private string PathOf(Guid uuid, string kind) => Path.Combine(_directory, $"{uuid:D}.{kind}");

    private sealed record Secret(SecretConfig Config, byte[]? Value)
    {
        public Guid Uuid => Config.Uuid!.Value;

        public bool IsEphemeral => Config.Ephemeral == true;

        public bool IsPrivate => Config.Private == true;

        public int UsageType => Config.Usage?.Type is { } type ? (int)type : 0;

        public string UsageId => Config.Usage is { } usage ? usage.Volume ?? usage.Target ?? usage.Name ?? "" : "";

        public SecretRef Ref => new(Uuid, UsageType, UsageId);
    }
}
