using System.Text;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Agent;

/// <content>The guest's users: their passwords and keys.</content>
internal sealed partial class GuestAgent
{
    /// <summary>Changes a user's password.</summary>
    /// <param name="user">The user.</param>
    /// <param name="password">The password.</param>
    /// <param name="crypted">It is encrypted as the guest keeps it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="ExecuteAsync"/>.</exception>
    public Task SetPasswordAsync(string user, string password, bool crypted, CancellationToken cancellationToken) => ExecuteAsync(
        new("guest-set-user-password", w =>
        {
            w.WriteBoolean("crypted", crypted);
            w.WriteString("username", user);
            w.WriteBase64String("password", Encoding.UTF8.GetBytes(password));
        }),
        null,
        cancellationToken);

    /// <summary>The SSH keys that may log in as a user.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<string[]> GetKeysAsync(string user, CancellationToken cancellationToken)
    {
        const string NoKeys = "qemu agent didn't return an array of keys";
        var answer = await ExecuteAsync(new("guest-ssh-get-authorized-keys", w => w.WriteString("username", user)), null, cancellationToken).ConfigureAwait(false);
        return [.. (answer.Member("keys") ?? throw GuestAnswer.Error(NoKeys)).Items(NoKeys).Select(static key => key.ValueKind == JsonValueKind.String ? key.GetString()! : throw GuestAnswer.Error(NoKeys))];
    }

    /// <summary>Lets keys log in as a user.</summary>
    /// <param name="user">The user.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="alone">No others may.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="ExecuteAsync"/>.</exception>
    public Task AddKeysAsync(string user, string[] keys, bool alone, CancellationToken cancellationToken) =>
        ExecuteAsync(new("guest-ssh-add-authorized-keys", w => { WriteKeys(w, user, keys); w.WriteBoolean("reset", alone); }), null, cancellationToken);

    /// <summary>Has keys not log in as a user any more.</summary>
    /// <inheritdoc cref="AddKeysAsync"/>
    public Task RemoveKeysAsync(string user, string[] keys, CancellationToken cancellationToken) =>
        ExecuteAsync(new("guest-ssh-remove-authorized-keys", w => WriteKeys(w, user, keys)), null, cancellationToken);

    private static void WriteKeys(Utf8JsonWriter writer, string user, string[] keys)
    {
        writer.WriteString("username", user);
        writer.WriteStartArray("keys");
        foreach (var key in keys)
            writer.WriteStringValue(key);
        writer.WriteEndArray();
    }
}
