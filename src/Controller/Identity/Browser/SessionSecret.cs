using System.Security.Cryptography;
using System.Text;
using Controller.Configuration;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Browser;

/// <summary>
/// The secret behind the cookies of browser sign-in: configured, else made once and kept encrypted in the database, so
/// that replicas and restarts agree (auth-rbac 1.1).
/// </summary>
internal sealed class SessionSecret(Database database, SecretData data, ControllerSettings settings, TimeProvider time)
{
    private const string Name = "auth-session-secret";
    private const string Field = "secret";

    private byte[]? _secret;

    /// <summary>Reads the secret, and makes it when there is none that can be read.</summary>
    public async Task StartAsync(CancellationToken cancel) =>
        _secret = Encoding.UTF8.GetBytes(settings.Auth.SessionStore.Secret?.Reveal() ?? await StoredAsync(cancel));

    /// <summary>A key of 32 bytes for one purpose.</summary>
    public byte[] Derive(string purpose) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256,
        _secret ?? throw new InvalidOperationException("The session secret has not been read yet"),
        outputLength: 32,
        info: Encoding.UTF8.GetBytes(purpose));

    private Task<string> StoredAsync(CancellationToken cancel)
    {
        var fresh = RandomText.Create();
        return database.WriteAsync(
            async s =>
            {
                await BootstrapStore.LockAsync(s);
                if (await BootstrapStore.SessionSecretAsync(s) is { } stored
                    && data.Open(Name, stored) is { } opened
                    && opened.TryGetValue(Field, out var secret))
                {
                    return secret;
                }

                await BootstrapStore.SetSessionSecretAsync(s, data.Seal(Name, [new(Field, fresh)]), time.GetUtcNow());
                return fresh;
            },
            cancel: cancel);
    }
}
